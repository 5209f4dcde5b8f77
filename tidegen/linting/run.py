"""Linting: templates in, findings out.

Verdicts are cached by content: an unchanged template is not checked again, and a run without
changes does not import cfn-lint.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tidegen.linting.cache import load, prune, store
from tidegen.linting.keys import (
    configuration_is_self_contained,
    content_digest,
    settings_digest,
)
from tidegen.linting.model import Finding, LintReport, RuleInfo
from tidegen.linting.templates import Source, find_templates, read_source

if TYPE_CHECKING:
    from tidegen.linting.cfn_lint import CfnLint

__all__ = ["Finding", "LintReport", "RuleInfo", "find_templates", "lint", "rule_catalogue"]

#: Seconds for one template; the largest that CloudFormation accepts takes about 30.
LIMIT = 60.0


def lint(
    paths: Sequence[Path], regions: Sequence[str], *, use_cache: bool = True, limit: float = LIMIT
) -> LintReport:
    """Return all findings over `paths` in `regions`, at every level.

    Raises InputError for unknown regions and a broken `.cfnlintrc`; a broken template is a finding.
    """
    settings = settings_digest(regions)
    use_cache = use_cache and configuration_is_self_contained()
    sources = [read_source(path, settings) for path in paths]
    findings = [source.problem for source in sources if source.problem]
    unknown = []
    for source in sources:
        known = _cached_findings(source) if use_cache and not source.problem else None
        if known is not None:
            findings += known
        elif not source.problem:
            unknown.append(source)
    if unknown:
        findings += _check(unknown, regions, settings, limit, use_cache=use_cache)
    return LintReport(tuple(sorted(set(findings))), len(sources), len(unknown))


def are_known_clean(paths: Sequence[Path], regions: Sequence[str]) -> bool:
    """Return whether earlier checks of all `paths` in `regions` are cached, without a finding."""
    if not configuration_is_self_contained():
        return False
    settings = settings_digest(regions)
    sources = (read_source(path, settings) for path in paths)
    return all(not source.problem and _cached_findings(source) == [] for source in sources)


def rule_catalogue() -> dict[str, RuleInfo]:
    """Return every rule by its id, cached like verdicts."""
    key = f"rules-{settings_digest(())}"
    rows = load(key)
    try:
        return {row["id"]: RuleInfo(**{**row, "tags": tuple(row["tags"])}) for row in rows}
    except (TypeError, KeyError):
        from tidegen.linting.cfn_lint import CfnLint

        catalogue = CfnLint(["us-east-1"]).catalogue()
        store(key, [asdict(rule) for rule in catalogue.values()])
        return catalogue


def _check(
    sources: Sequence[Source],
    regions: Sequence[str],
    settings: str,
    limit: float,
    *,
    use_cache: bool,
) -> list[Finding]:
    from tidegen.linting.memory import rare_collections

    with rare_collections():
        from tidegen.linting.workers import check

        results: list[Finding] = []
        linter = _linter(tuple(regions), settings)
        for source, findings, is_final in check(sources, linter, limit):
            results += findings
            if use_cache and is_final and not source.reads_others:
                _store_findings(source, settings, findings)
    if use_cache:
        prune()
    return results


@lru_cache(maxsize=1)
def _linter(regions: tuple[str, ...], _settings: str) -> "CfnLint":
    """Build the rules once for the same settings, for every round of a watcher."""
    from tidegen.linting.cfn_lint import CfnLint

    return CfnLint(regions)


def _cached_findings(source: Source) -> list[Finding] | None:
    rows: Any = None if source.reads_others else load(source.digest)
    try:
        return [Finding(path=source.path, **row) for row in rows]
    except TypeError:
        return None


def _store_findings(source: Source, settings: str, findings: Iterable[Finding]) -> None:
    """Store the verdict, unless the file changed since it was read."""
    try:
        content = Path(source.path).read_bytes()
    except OSError:
        return
    if content_digest(content, settings) == source.digest:
        store(source.digest, [_without_path(finding) for finding in findings])


def _without_path(finding: Finding) -> dict[str, object]:
    row = asdict(replace(finding, path=""))
    del row["path"]
    return row
