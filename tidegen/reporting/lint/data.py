"""Findings as JSON: a list of objects."""

import json
from collections.abc import Iterable

from tidegen.linting import Finding


def findings_json(findings: Iterable[Finding]) -> str:
    """An object a finding, with the keys of `Finding`."""
    return json.dumps([finding.as_dict() for finding in findings], indent=2) + "\n"


def json_of(rows: object) -> str:
    """Any plain data in the same form."""
    return json.dumps(rows, indent=2) + "\n"
