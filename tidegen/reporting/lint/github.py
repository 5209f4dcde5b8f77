"""Findings as GitHub workflow commands, shown as annotations of a pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Iterable

from tidegen.linting.model import Finding

_COMMANDS = {"error": "error", "warning": "warning", "informational": "notice"}


def findings_github(findings: Iterable[Finding]) -> str:
    """Return a line for each finding."""
    return "".join(map(_line, findings))


def _line(finding: Finding) -> str:
    properties = {
        "file": finding.path,
        "line": finding.line,
        "endLine": max(finding.line, finding.end_line),
        "col": finding.column,
        "title": finding.rule,
    }
    if finding.end_line == finding.line:  # GitHub accepts columns within one line only
        properties["endColumn"] = max(finding.column, finding.end_column)
    text = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    made = f" (made by {finding.origin})" if finding.origin else ""
    return f"::{_COMMANDS[finding.severity]} {text}::{_escaped(finding.message + made)}\n"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
