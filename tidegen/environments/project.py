"""A project's environment files: where they are, one by its name, all with their cross-checks."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tidegen.errors import InputError, Problem

if TYPE_CHECKING:
    from tidegen.environments.model import File

FOLDER = "environments"


def find_project(start: Path) -> Path:
    """The nearest folder from `start` upwards that has `environments/`.

    A folder of that name with Python modules and no YAML is a package, like this one, and passed
    over; an empty one is a project that has only just begun.
    """
    for folder in (start, *start.parents):
        endings = {path.suffix for path in (folder / FOLDER).glob("*")}
        if ".yaml" in endings or (".py" not in endings and (folder / FOLDER).is_dir()):
            return folder
    what = f"has no {FOLDER}/, nor has a folder above; run 'tidegen init' to make it"
    raise InputError(Problem(str(start), what))


def names(root: Path) -> list[str]:
    """The names of the project's files, sorted."""
    return [path.stem for path in _paths(root)]


def _paths(root: Path) -> list[Path]:
    found = (root / FOLDER).glob("*.yaml")
    return sorted(
        (path for path in found if not path.name.startswith(".")), key=lambda path: path.stem
    )


def load_environment(root: Path, name: str) -> "File":
    """The file called `name`. Raises InputError with its problems, or with the closest name."""
    from tidegen.environments.loading import load_file
    from tidegen.environments.messages import closest, shown

    known = names(root)
    if name not in known:
        what = f"has no file of that name; {closest(name, known)}"
        raise InputError(Problem(f"environment {shown(name)}", what))
    return load_file(root / FOLDER / f"{name}.yaml", root)


def load_all(root: Path) -> "tuple[File, ...]":
    """Every file, by name. Raises InputError with all problems of all files and between them."""
    from tidegen.environments.crosschecks import problems_between
    from tidegen.environments.loading import load_file

    files: list[File] = []
    problems: list[Problem] = _misnamed(root)
    for path in _paths(root):
        try:
            files.append(load_file(path, root))
        except InputError as error:
            problems.extend(error.problems)
    problems.extend(problems_between(files, root, complete=not problems))
    if problems:
        raise InputError(*problems)
    return tuple(files)


def _misnamed(root: Path) -> list[Problem]:
    what = "is not read; rename it to .yaml"
    found = sorted((root / FOLDER).glob("*.yml"))
    return [Problem(path.relative_to(root).as_posix(), what) for path in found]


def regions(files: "Iterable[File]") -> list[str]:
    """All regions that the files name, recovery regions too, sorted."""
    found = set()
    for file in files:
        found.add(file.region)
        recovery = getattr(file, "recovery", None)
        if recovery is not None:
            found.add(recovery.region)
    return sorted(found)
