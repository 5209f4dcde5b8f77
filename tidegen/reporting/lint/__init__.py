"""Output of `tidegen lint`: findings in one of FORMS, whose module alone is imported."""

from collections.abc import Sequence
from pathlib import Path

from tidegen.linting.model import Finding

FORMS = ("text", "json", "sarif", "junit", "github")


def formatted(findings: Sequence[Finding], templates: Sequence[Path], form: str) -> str:
    """Return the findings in `templates` in one of FORMS."""
    if form == "json":
        from tidegen.reporting.lint.data import findings_json

        return findings_json(findings)
    if form == "sarif":
        from tidegen.reporting.lint.sarif import findings_sarif

        return findings_sarif(findings, Path())
    if form == "junit":
        from tidegen.reporting.lint.junit import findings_junit

        return findings_junit(findings, map(str, templates))
    if form == "github":
        from tidegen.reporting.lint.github import findings_github

        return findings_github(findings)
    return _text(findings) if findings else ""


def _text(findings: Sequence[Finding]) -> str:
    from tidegen.linting.excerpts import source_lines
    from tidegen.reporting.lint.text import findings_text

    return findings_text(findings, source_lines(findings))
