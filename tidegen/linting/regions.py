"""The regions in a project's environment files, cached for unchanged files."""

from pathlib import Path

import tidegen
from tidegen.environments import FOLDER
from tidegen.linting.cache import load, store
from tidegen.linting.keys import content_digest, source_digest

#: The packages that validate environment files.
_PACKAGES = ("environments", "contract")


def used_regions(project: Path) -> tuple[str, ...]:
    """Return all regions in the files, recovery regions included, sorted.

    Raises InputError where a file is not valid; only a good answer is cached.
    """
    key = f"regions-{_digest(project)}"
    known = load(key)
    if isinstance(known, list):
        return tuple(map(str, known))
    from tidegen.environments import load_all, regions

    names = regions(load_all(project))
    store(key, names)
    return tuple(names)


def _digest(project: Path) -> str:
    package = Path(tidegen.__file__).parent
    sources = source_digest(package / name for name in _PACKAGES)
    folder = project / FOLDER
    files = sorted(path for path in folder.glob("*.y*ml") if path.is_file())
    return content_digest(
        b"\0".join(path.name.encode() + path.read_bytes() for path in files), sources
    )
