"""A project's environment files: the folder, one file by name, all files with cross-checks."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tidegen.errors import InputError, Problem

if TYPE_CHECKING:
    from tidegen.environments.drafts import Draft
    from tidegen.environments.model import File
    from tidegen.environments.problems import FileProblems

FOLDER = "environments"


def find_project(start: Path) -> Path:
    """Return the nearest folder from `start` upwards that has `environments/`.

    A folder of that name with Python modules and no YAML is a package, like this one, and is
    ignored; an empty folder is a new project.
    """
    for folder in (start, *start.parents):
        endings = {path.suffix for path in (folder / FOLDER).glob("*")}
        if ".yaml" in endings or (".py" not in endings and (folder / FOLDER).is_dir()):
            return folder
    problem = f"has no {FOLDER}/, nor has any folder above; run 'tidegen init' to create it"
    raise InputError(Problem(str(start), problem))


def names(root: Path) -> list[str]:
    """Return the names of the project's files, sorted."""
    return [path.stem for path in _paths(root)]


def _paths(root: Path) -> list[Path]:
    paths = (root / FOLDER).glob("*.yaml")
    return sorted(
        (path for path in paths if not path.name.startswith(".")), key=lambda path: path.stem
    )


def load_environment(root: Path, name: str) -> "File":
    """Return the file called `name`; raise InputError with its problems, or the closest name."""
    from tidegen.environments.loading import load_file
    from tidegen.environments.messages import closest, shown

    known = names(root)
    if name not in known:
        problem = f"has no file of that name; {closest(name, known)}"
        raise InputError(Problem(f"environment {shown(name)}", problem))
    return load_file(root / FOLDER / f"{name}.yaml", root)


def load_all(root: Path) -> "tuple[File, ...]":
    """Return every file, by name; raise InputError with all problems in and between files."""
    files, problems = read_all(root)
    if problems.all:
        raise InputError(*problems.all)
    return files


def read_all(root: Path) -> "tuple[tuple[File, ...], FileProblems]":
    """Return the valid files, by name, and the problems of the others and between files."""
    from tidegen.environments.crosschecks import conflicts_between
    from tidegen.environments.drafts import Draft
    from tidegen.environments.loading import read_file
    from tidegen.environments.problems import FileProblems

    broken, drafts = _misnamed(root)
    files: list[File] = []
    for path in _paths(root):
        file, problems = read_file(path, root)
        if isinstance(file, Draft):
            drafts.append(file)
            broken[file.name] = (*broken.get(file.name, ()), *problems)
        else:
            files.append(file)
    certain, possible = conflicts_between(files, drafts)
    return tuple(files), FileProblems(
        root=root,
        broken=broken,
        drafts=tuple(drafts),
        conflicts=tuple(certain),
        possible=tuple(possible),
    )


def _misnamed(root: Path) -> "tuple[dict[str, tuple[Problem, ...]], list[Draft]]":
    """Return the problem of each file with the ending .yml, by its name, and its content."""
    from tidegen.environments.loading import read_draft

    problem = "is not read; rename it to .yaml"
    paths = sorted((root / FOLDER).glob("*.yml"))
    broken: dict[str, tuple[Problem, ...]] = {
        path.stem: (Problem(path.relative_to(root).as_posix(), problem),) for path in paths
    }
    return broken, [read_draft(path, root) for path in paths]


def regions(files: "Iterable[File]") -> list[str]:
    """Return all regions that the files name, recovery regions too, sorted."""
    names = set()
    for file in files:
        names.add(file.region)
        recovery = getattr(file, "recovery", None)
        if recovery is not None:
            names.add(recovery.region)
    return sorted(names)
