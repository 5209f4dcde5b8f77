"""The regions that a project's environment files name, without reading unchanged files again."""

from pathlib import Path

import tidegen
from tidegen.environments.project import FOLDER
from tidegen.linting.cache import keep, kept
from tidegen.linting.keys import content_digest, source_digest

#: Sources on which it depends whether files are valid.
_PACKAGES = ("environments", "contract")


def used_regions(project: Path) -> tuple[str, ...]:
    """All regions that the files name, recovery regions too, sorted.

    Raises InputError where a file is not valid; only a good answer is kept.
    """
    key = f"regions-{_digest(project)}"
    known = kept(key)
    if isinstance(known, list):
        return tuple(map(str, known))
    from tidegen.environments import load_all, regions

    found = regions(load_all(project))
    keep(key, found)
    return tuple(found)


def _digest(project: Path) -> str:
    package = Path(tidegen.__file__).parent
    sources = source_digest(package / name for name in _PACKAGES)
    folder = project / FOLDER
    files = sorted(path for path in folder.glob("*.y*ml") if path.is_file())
    return content_digest(
        b"\0".join(path.name.encode() + path.read_bytes() for path in files), sources
    )
