"""The source lines that findings point at."""

from collections.abc import Iterable
from pathlib import Path

from tidegen.linting.model import Finding


def source_lines(findings: Iterable[Finding]) -> dict[str, list[str]]:
    """Return the lines of every file that findings name; none for a file that is no text."""
    return {path: _lines(path) for path in {finding.path for finding in findings}}


def _lines(path: str) -> list[str]:
    file = Path(path)
    try:
        return file.read_text("utf-8-sig").splitlines() if file.is_file() else []
    except (OSError, ValueError):
        return []
