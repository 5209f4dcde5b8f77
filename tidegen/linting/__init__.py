"""Linting: templates in, findings out."""

from collections.abc import Sequence
from pathlib import Path

from tidegen.linting.cache import cache_folder, keep_findings, kept_findings, verdict_key
from tidegen.linting.model import Finding

__all__ = ["Finding", "lint"]


def lint(paths: Sequence[Path], regions: Sequence[str], *, use_cache: bool = True) -> list[Finding]:
    """All findings over `paths` in `regions`; the same input is not checked twice."""
    key = verdict_key(paths, regions)
    folder = cache_folder()
    findings = kept_findings(folder, key) if use_cache else None
    if findings is None:
        from tidegen.linting.cfn_lint import cfn_lint_findings

        findings = cfn_lint_findings(paths, regions)
        if use_cache:
            keep_findings(folder, key, findings)
    return findings
