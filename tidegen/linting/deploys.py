"""The findings that stop the deploy of one environment."""

from collections.abc import Sequence
from pathlib import Path

from tidegen.linting.model import Finding
from tidegen.linting.roots import are_roots_known_clean, lint_roots
from tidegen.linting.run import are_known_clean, lint


def deploy_findings(
    project: Path,
    folder: Path,
    paths: Sequence[Path],
    *,
    name: str,
    regions: Sequence[str],
    all_regions: Sequence[str],
) -> list[Finding]:
    """Return the findings over the templates in `folder` that environment `name` deploys.

    A clean verdict over all environments, which `tidegen lint` leaves in the cache, is enough.
    """
    findings: list[Finding] = []
    if not are_known_clean(paths, all_regions):
        findings += lint(paths, regions).findings
    if not are_roots_known_clean(project, folder):
        findings += lint_roots(project, folder, only=name)
    return sorted(findings)
