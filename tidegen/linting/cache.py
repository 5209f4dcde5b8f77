"""Verdicts kept by content: the same bytes, regions and cfn-lint give the same findings.

One file a verdict in the user's cache folder, written whole; a broken or missing one is a miss.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from tidegen import __version__
from tidegen.linting.model import Finding

_KEPT = 64


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/tidegen/lint`, or the same below `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tidegen" / "lint"


def verdict_key(paths: Sequence[Path], regions: Sequence[str]) -> str:
    """SHA-256 over everything that can change a verdict."""
    parts = [__version__, version("cfn-lint"), *regions]
    digest = hashlib.sha256("\0".join(parts).encode())
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"\0{path}\0{content}".encode())
    return digest.hexdigest()


def kept_findings(folder: Path, key: str) -> list[Finding] | None:
    """The findings kept under `key`, or None."""
    try:
        rows = json.loads((folder / f"{key}.json").read_bytes())
        return [Finding(**row) for row in rows]
    except (OSError, ValueError, TypeError):
        return None


def keep_findings(folder: Path, key: str, findings: list[Finding]) -> None:
    """Keep a verdict, and drop the oldest beyond a fixed number. A full disk is no error here."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{key}.{os.getpid()}"
        temporary.write_text(json.dumps([finding.as_dict() for finding in findings]))
        temporary.replace(folder / f"{key}.json")
        kept = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-_KEPT]:
            path.unlink(missing_ok=True)
    except OSError:
        return
