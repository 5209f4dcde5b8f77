"""cfn-lint in process: every template, every region, every level including informational."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tidegen.linting.model import Finding


def cfn_lint_findings(paths: Sequence[Path], regions: Sequence[str]) -> list[Finding]:
    """All findings of cfn-lint over `paths` in `regions`, sorted."""
    from cfnlint.config import ConfigMixIn  # half a second to import: only when really linting
    from cfnlint.runner import Runner

    if not paths:
        return []
    arguments = ["--include-checks", "I", "--regions", *regions, "--", *map(str, paths)]
    runner = Runner(ConfigMixIn(arguments))
    return sorted({_finding(match) for match in runner.run()})


def _finding(match: Any) -> Finding:
    path = [str(part) for part in getattr(match, "path", None) or []]
    return Finding(
        path=match.filename or "",
        line=match.linenumber or 1,
        column=match.columnnumber or 1,
        rule=match.rule.id,
        severity=match.rule.severity.lower(),
        logical_id=path[1] if len(path) > 1 else "",
        message=match.message,
        source=match.rule.source_url or "",
    )
