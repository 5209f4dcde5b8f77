"""Releases: templates and assets frozen under a name, with the hash of every byte.

A release never changes: environment files pin it by name, and a deploy refuses a release whose
bytes differ from its manifest.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tidegen.errors import InputError, Problem, RefusedError

MANIFEST = "manifest.json"


def freeze(folder: Path, files: Mapping[str, bytes], about: Mapping[str, str | None]) -> None:
    """Write `files`, by path below `folder`, and their manifest; the folder appears whole.

    `about` holds their origin. Raises InputError if the release exists already or the folder cannot
    be written.
    """
    if folder.exists():
        raise InputError(
            f"{folder}: exists already, and a release never changes; choose another name"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            _fill(temporary, files, about)
            temporary.chmod(0o755)
            temporary.rename(folder)
        except BaseException:
            shutil.rmtree(temporary)
            raise
    except OSError as error:
        reason = f"cannot be written, {error.strerror}; check the folder's rights and free space"
        raise InputError(Problem(str(folder), reason)) from error


def _fill(folder: Path, files: Mapping[str, bytes], about: Mapping[str, str | None]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    hashes = {name: _sha256(content) for name, content in sorted(files.items())}
    text = json.dumps({**about, "files": hashes}, indent=1)
    (folder / MANIFEST).write_text(f"{text}\n")


def require_frozen(folder: Path) -> None:
    """Raise RefusedError with every file of a release that differs from its manifest."""
    problems = list(_problems(folder))
    if problems:
        raise RefusedError.of(problems)


def manifest_of(folder: Path) -> dict[str, Any]:
    """Return a release's manifest: `release`, `frozen`, `tidegen`, `commit`, `files` by SHA-256."""
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
        if isinstance(manifest["files"], dict):
            return manifest
    except FileNotFoundError:
        raise InputError(f"{path}: does not exist; 'tidegen release' creates releases") from None
    except (ValueError, KeyError, TypeError):
        pass
    raise InputError(f"{path}: is not a manifest; restore it from version control")


def _problems(folder: Path) -> Iterator[Problem]:
    wanted = manifest_of(folder)["files"]
    files = {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }
    remedy = "restore the release from version control"
    for name, digest in wanted.items():
        if name not in files:
            yield Problem(str(folder / name), f"is missing; {remedy}")
        elif _sha256(files[name].read_bytes()) != digest:
            yield Problem(str(folder / name), f"differs from the frozen file; {remedy}")
    for name in files.keys() - wanted.keys() - {MANIFEST}:
        yield Problem(str(folder / name), f"does not belong to the release; {remedy}")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
