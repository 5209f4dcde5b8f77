"""Findings as JUnit XML: a test case for each template, a failure for each finding."""

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from tidegen.linting.model import Finding

#: Characters that XML 1.0 does not allow, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\U0000e000-\ufffd\U00010000-\U0010ffff]")


def findings_junit(findings: Iterable[Finding], templates: Iterable[str]) -> str:
    """Return one suite with all templates; a template without findings has passed."""
    by_path: dict[str, list[Finding]] = {path: [] for path in templates}
    for finding in findings:
        by_path.setdefault(finding.path, []).append(finding)
    failures = sum(map(len, by_path.values()))
    counts = {"tests": str(len(by_path)), "failures": str(failures), "errors": "0"}
    root = Element("testsuites", {"name": "tidegen lint", **counts})
    suite = SubElement(root, "testsuite", {"name": "tidegen lint", **counts})
    for path, own in sorted(by_path.items()):
        _add_case(suite, path, own)
    indent(root)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_case(suite: Element, path: str, findings: list[Finding]) -> None:
    name = _clean(path)
    case = SubElement(suite, "testcase", {"name": name, "classname": "lint", "file": name})
    for finding in findings:
        attributes = {"type": finding.rule, "message": _clean(finding.message)}
        failure = SubElement(case, "failure", attributes)
        failure.text = _clean(f"{finding}\n{finding.source}\n{finding.origin}".rstrip())


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
