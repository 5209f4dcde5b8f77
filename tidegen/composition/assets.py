"""Assets built reproducibly: fixed order, times, modes and owners, no compression.

Compressed bytes differ between zlib versions; a release's hash must not.
"""

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from tidegen.contract import Asset, BuiltAsset, Concern

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold
_IGNORED = {"__pycache__"}


def build_assets(concerns: Iterable[Concern]) -> dict[str, BuiltAsset]:
    """Return every declared asset, built, by name."""
    declared = {asset.name: asset for concern in concerns for asset in concern.assets}
    return {name: _built(asset) for name, asset in sorted(declared.items())}


def _built(asset: Asset) -> BuiltAsset:
    files = _files(asset.folder)
    content = _zip(files) if asset.archive == "zip" else _tar(files)
    digest = hashlib.sha256(content).hexdigest()
    return BuiltAsset(asset.name, digest, asset.archive, content)


def _files(folder: Path) -> list[tuple[str, bytes, int]]:
    """Return (name, content, mode) of every file below `folder`, in order of name."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    kept = [path for path in paths if not _IGNORED & set(path.parts)]
    named = sorted((path.relative_to(folder).as_posix(), path) for path in kept)
    return [
        (name, path.read_bytes(), 0o755 if name.endswith(".sh") else 0o644) for name, path in named
    ]


def _zip(files: list[tuple[str, bytes, int]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content, mode in files:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3  # Unix on every machine: the mode below belongs to it
            info.external_attr = mode << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def _tar(files: list[tuple[str, bytes, int]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content, mode in files:
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = len(content), mode, 0
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()
