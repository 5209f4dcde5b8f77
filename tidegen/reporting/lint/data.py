"""Findings as a JSON list of objects."""

import json
from collections.abc import Iterable

from tidegen.linting.model import Finding


def findings_json(findings: Iterable[Finding]) -> str:
    """Return a JSON object for each finding, with the fields of `Finding`."""
    return json_text([finding.as_dict() for finding in findings])


def json_text(rows: object) -> str:
    """Return plain data as indented JSON."""
    return json.dumps(rows, indent=2) + "\n"
