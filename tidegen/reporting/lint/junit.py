"""Findings as JUnit XML: a test case a template, a failure a finding."""

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from tidegen.linting import Finding

#: What XML 1.0 cannot hold, not even escaped.
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def findings_junit(findings: Iterable[Finding], templates: Iterable[str]) -> str:
    """One suite with every template; one without findings has passed."""
    by_path: dict[str, list[Finding]] = {path: [] for path in templates}
    for finding in findings:
        by_path.setdefault(finding.path, []).append(finding)
    failures = sum(map(len, by_path.values()))
    counts = {"tests": str(len(by_path)), "failures": str(failures), "errors": "0"}
    root = Element("testsuites", {"name": "tidegen lint", **counts})
    suite = SubElement(root, "testsuite", {"name": "tidegen lint", **counts})
    for path, found in sorted(by_path.items()):
        _add_case(suite, path, found)
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
    return _IMPOSSIBLE.sub("\ufffd", text)
