"""Results cached by content, in the user's cache folder.

One file an entry, named by a SHA-256 over everything that can change it, written whole and then
renamed: concurrent runs write the same bytes, and a crash leaves at most a temporary file. A
missing or broken entry is a miss, and a full disk or a read-only home only costs time.
"""

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

_MAX_ENTRIES = 16_384
_MAX_BYTES = 64_000_000
#: Seconds after which a temporary file counts as left by a crash.
_ABANDONED = 3_600


def cache_folder() -> Path:
    """Return `$XDG_CACHE_HOME/tidegen/lint`, or the same below `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - no error without a home
    return Path(base) / "tidegen" / "lint"


def load(key: str) -> Any:
    """Return the value stored under `key`, or None."""
    try:
        return json.loads((cache_folder() / f"{key}.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def store(key: str, value: Any) -> None:
    """Store `value`, which JSON must be able to hold, under `key`."""
    folder = cache_folder()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{key}.{os.getpid()}"
        temporary.write_text(json.dumps(value))
        temporary.replace(folder / f"{key}.json")


def prune(max_entries: int = _MAX_ENTRIES, max_bytes: int = _MAX_BYTES) -> None:
    """Delete the oldest entries beyond both bounds, and temporary files left by crashes."""
    with suppress(OSError):
        entries = [_Entry(item) for item in os.scandir(cache_folder())]
        count = total = 0
        for entry in sorted(entries, key=lambda entry: entry.age):
            count, total = count + 1, total + entry.size
            if count > max_entries or total > max_bytes or entry.is_abandoned:
                Path(entry.path).unlink(missing_ok=True)


class _Entry:
    def __init__(self, item: "os.DirEntry[str]") -> None:
        status = item.stat(follow_symlinks=False)
        self.path, self.size = item.path, status.st_size
        self.age = time.time() - status.st_mtime
        self.is_abandoned = item.name.startswith(".") and self.age > _ABANDONED
