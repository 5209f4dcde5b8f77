"""Differences between files on disk and rendered ones, and atomic writes."""

import difflib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tidegen.errors import InputError, Problem


@dataclass(frozen=True)
class FileChange:
    """A file to write (`content`) or to remove (`content` is None)."""

    path: Path
    before: bytes | None
    content: bytes | None

    @property
    def kind(self) -> str:
        """`added`, `changed` or `removed`."""
        if self.content is None:
            return "removed"
        return "added" if self.before is None else "changed"


def file_changes(
    folder: Path, files: dict[str, bytes], *, partial: bool = False
) -> list[FileChange]:
    """Return the changes after which `folder` holds exactly `files`.

    With `partial` other files in it stay; otherwise templates that nothing renders any more are
    removed.
    """
    changes = []
    for name, content in files.items():
        path = folder / name
        before = _read(path)
        if before != content:
            changes.append(FileChange(path, before, content))
    if not partial:
        wanted = {folder / name for name in files}
        changes += [FileChange(p, _read(p), None) for p in _templates(folder) if p not in wanted]
    return sorted(changes, key=lambda change: change.path)


def unified_diff(change: FileChange, base: Path) -> str:
    """Return the change as a unified diff with paths relative to `base`."""
    name = change.path.relative_to(base).as_posix()
    lines = difflib.unified_diff(
        _lines(change.before),
        _lines(change.content),
        f"committed/{name}" if change.before is not None else "/dev/null",
        f"rendered/{name}" if change.content is not None else "/dev/null",
    )
    return "".join(lines)


def apply_changes(changes: list[FileChange]) -> None:
    """Write and remove files. Each file appears whole or not at all.

    Raises InputError if the folder cannot be written (read-only, disk full).
    """
    for change in changes:
        try:
            if change.content is None:
                change.path.unlink()
            else:
                write_atomically(change.path, change.content)
        except OSError as error:
            reason = (
                f"cannot be written, {error.strerror}; check the folder's rights and free space"
            )
            raise InputError(Problem(str(change.path), reason)) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary file next to `path`, then rename it to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink()
        raise


def _templates(folder: Path) -> list[Path]:
    """Return the template files in the folder and its `roots`."""
    if not folder.is_dir():
        return []
    paths = (path for path in folder.rglob("*") if path.suffix in (".yaml", ".json"))
    return [path for path in paths if path.is_file()]


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = f"cannot be read, {error.strerror}; check its rights"
        raise InputError(Problem(str(path), reason)) from error


def _lines(content: bytes | None) -> list[str]:
    return (content or b"").decode(errors="replace").splitlines(keepends=True)
