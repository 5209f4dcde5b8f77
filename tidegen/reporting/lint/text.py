"""Findings as text: place, rule, message, the source line with a caret, the Python origin."""

from collections.abc import Iterable, Mapping, Sequence

from tidegen.linting.model import Finding
from tidegen.reporting import style

_WIDTH = 100  # characters of a source line; a generated one may have a million


def findings_text(findings: Iterable[Finding], sources: Mapping[str, Sequence[str]]) -> str:
    """Return a block for each finding; `sources` has the lines of each file."""
    return "".join(_block(finding, sources.get(finding.path, ())) for finding in findings)


def _block(finding: Finding, lines: Sequence[str]) -> str:
    mark = style.failed if finding.severity == "error" else style.warned
    parts = [mark(str(finding))]
    if finding.line <= len(lines) and lines[finding.line - 1].strip():
        parts += _excerpt(finding, lines[finding.line - 1])
    if finding.origin:
        parts.append(f"  made by {finding.origin}")
    return "\n".join(parts) + "\n"


def _excerpt(finding: Finding, line: str) -> list[str]:
    begin = max(0, finding.column - _WIDTH // 2)
    shown = "".join(c if c.isprintable() else " " for c in line[begin : begin + _WIDTH]).rstrip()
    number = f"{finding.line:>5} | "
    before = finding.column - 1 - begin
    if not 0 <= before <= len(shown):
        return [number + shown]
    length = finding.end_column - finding.column if finding.end_line == finding.line else 1
    caret = "^" * max(1, min(length, len(shown) - before))
    return [number + shown, " " * 5 + " | " + " " * before + caret]
