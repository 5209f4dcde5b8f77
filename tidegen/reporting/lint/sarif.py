"""Findings as SARIF 2.1.0, the format of GitHub code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tidegen import __version__
from tidegen.linting.model import Finding

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {"error": "error", "warning": "warning", "informational": "note"}
_BASE = "%SRCROOT%"


def findings_sarif(findings: Sequence[Finding], base: Path) -> str:
    """Return a log with one run; paths below `base` are relative to it."""
    rules = {finding.rule: finding for finding in findings}
    ids = sorted(rules)
    run = {
        "tool": {"driver": _driver([rules[rule] for rule in ids])},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "Working directory of tidegen."}}},
        "results": [_result(finding, ids.index(finding.rule), base) for finding in findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _driver(rules: list[Finding]) -> dict[str, Any]:
    return {"name": "tidegen", "version": __version__, "rules": [_rule(rule) for rule in rules]}


def _rule(finding: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": finding.rule,
        "shortDescription": {"text": finding.title or finding.rule},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
    }
    return {**rule, "helpUri": finding.source} if finding.source.startswith("http") else rule


def _result(finding: Finding, index: int, base: Path) -> dict[str, Any]:
    region = {"startLine": finding.line, "startColumn": finding.column}
    if (finding.end_line, finding.end_column) > (finding.line, finding.column):
        region |= {"endLine": finding.end_line, "endColumn": finding.end_column}
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": _place(finding.path, region, base)}],
    }
    if finding.origin:
        path, _, line = finding.origin.rpartition(":")
        place = _place(path, {"startLine": int(line)}, base)
        related = {"physicalLocation": place, "message": {"text": "created here"}}
        result["relatedLocations"] = [related]
    return result


def _place(path: str, region: dict[str, int], base: Path) -> dict[str, Any]:
    return {"artifactLocation": _artifact(Path(path), base), "region": region}


def _artifact(path: Path, base: Path) -> dict[str, str]:
    absolute = (base / path).resolve()
    if absolute.is_relative_to(base.resolve()):
        relative = absolute.relative_to(base.resolve()).as_posix()
        return {"uri": quote(relative), "uriBaseId": _BASE}
    return {"uri": absolute.as_uri()}
