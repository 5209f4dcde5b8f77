"""Waiting for files to change, by polling their times: no dependency, works on every volume."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

_Seen = dict[Path, tuple[int, int, int]]

#: Seconds between two polls; five thousand files take a few hundredths of a second.
INTERVAL = 0.3


def changes(
    find: Callable[[], Iterable[Path]], sleep: Callable[[float], None] = time.sleep
) -> Iterator[list[Path]]:
    """Yield the paths that `find` returns: at once, and again after each change, without end."""
    seen: _Seen | None = None
    while True:
        paths = list(find())
        now = _states(paths)
        if now != seen:
            seen = now
            yield paths
        sleep(INTERVAL)


def _states(paths: Iterable[Path]) -> _Seen:
    return {path: state for path in paths if (state := _state(path))}


def _state(path: Path) -> tuple[int, int, int] | None:
    """Return time, size and inode; None for a file that is just being replaced."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
