"""The project on disk: its root, its environment files, all of them loaded and checked."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from tidegen.errors import InputError, Problem

if TYPE_CHECKING:
    from tidegen.environments.model import AnyFile

FOLDER = "environments"


def find_project(start: Path) -> Path:
    """The nearest folder from `start` up that has `environments/`.

    Raises InputError where there is none.
    """
    for folder in (start, *start.parents):
        if (folder / FOLDER).is_dir():
            return folder
    message = f"no folder with {FOLDER}/ here or above; run 'tidegen init' or use -C"
    raise InputError(Problem(str(start), message))


def names(root: Path) -> list[str]:
    """The names of the environment files, sorted."""
    return sorted(path.stem for path in (root / FOLDER).glob("*.yaml"))


def load_environment(root: Path, name: str) -> "AnyFile":
    """One file by name, validated alone.

    Raises InputError; an unknown name comes with the closest one.
    """
    from tidegen.environments.loading import load_file

    known = names(root)
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(known) or 'none'}"
        raise InputError(Problem(f"environment '{name}'", f"there is no such file; {hint}"))
    return load_file(root / FOLDER / f"{name}.yaml", f"{FOLDER}/{name}.yaml")


def load_all(root: Path) -> "list[AnyFile]":
    """Every file, validated alone and against the others.

    Raises InputError with the problems of all files.
    """
    from tidegen.environments.crosschecks import cross_problems

    files, problems = [], []
    for name in names(root):
        try:
            files.append(load_environment(root, name))
        except InputError as error:
            problems += error.problems
    problems += cross_problems(files)
    if problems:
        raise InputError(*problems)
    return files


def regions(files: "Sequence[AnyFile]") -> list[str]:
    """Every region that the files name, sorted."""
    found = {file.region for file in files}
    for file in files:
        recovery = getattr(file, "recovery", None)
        if recovery:
            found.add(recovery.region)
    return sorted(found)
