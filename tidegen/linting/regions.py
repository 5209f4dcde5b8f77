"""The regions in a project's environment files, cached for unchanged files."""

from pathlib import Path

import tidegen
from tidegen.environments import FOLDER
from tidegen.errors import InputError
from tidegen.linting.cache import load, store
from tidegen.linting.keys import content_digest, source_digest

#: The packages that validate environment files.
_PACKAGES = ("environments", "contract")


def used_regions(project: Path) -> tuple[str, ...]:
    """Return all regions in the valid files, recovery regions included, sorted.

    Raises InputError if no file is valid; the answer is cached if all are.
    """
    key = f"regions-{_digest(project)}"
    known = load(key)
    if isinstance(known, list):
        return tuple(map(str, known))
    from tidegen.environments import read_all, regions

    files, problems = read_all(project)
    names = regions(files)
    if problems.all and not names:
        raise InputError(*problems.all)
    if not problems.all:
        store(key, names)
    return tuple(names)


def has_valid_files(project: Path) -> bool:
    """Return whether all files are known to be valid, from their regions in the cache."""
    return isinstance(load(f"regions-{_digest(project)}"), list)


def _digest(project: Path) -> str:
    package = Path(tidegen.__file__).parent
    sources = source_digest(package / name for name in _PACKAGES)
    folder = project / FOLDER
    files = sorted(path for path in folder.glob("*.y*ml") if path.is_file())
    return content_digest(
        b"\0".join(path.name.encode() + path.read_bytes() for path in files), sources
    )
