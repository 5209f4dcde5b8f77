"""Releases: templates and assets frozen under a name, with the hash of every byte.

A release is never changed: environment files pin it by name, and a deploy refuses one whose bytes
are not those of its manifest.
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

    `about` says where they come from. Raises InputError where the release is there already, or the
    folder cannot be written.
    """
    if folder.exists():
        raise InputError(f"{folder}: is there already, and a release never changes; name another")
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
    """Raise RefusedError with every file of a release that is not as its manifest says."""
    problems = list(_problems(folder))
    if problems:
        raise RefusedError.of(problems)


def manifest_of(folder: Path) -> dict[str, Any]:
    """A release's manifest: `release`, `frozen`, `tidegen`, `commit`, `files` with SHA-256."""
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
        if isinstance(manifest["files"], dict):
            return manifest
    except FileNotFoundError:
        raise InputError(f"{path}: is not there; 'tidegen release' makes releases") from None
    except (ValueError, KeyError, TypeError):
        pass
    raise InputError(f"{path}: is no manifest; restore it from version control")


def _problems(folder: Path) -> Iterator[Problem]:
    wanted = manifest_of(folder)["files"]
    found = {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }
    remedy = "restore the release from version control"
    for name, digest in wanted.items():
        if name not in found:
            yield Problem(str(folder / name), f"is not there; {remedy}")
        elif _sha256(found[name].read_bytes()) != digest:
            yield Problem(str(folder / name), f"is not what was frozen; {remedy}")
    for name in found.keys() - wanted.keys() - {MANIFEST}:
        yield Problem(str(folder / name), f"does not belong to the release; {remedy}")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
