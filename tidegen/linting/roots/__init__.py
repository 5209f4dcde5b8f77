"""Rules over a root with everything nested in it, evaluated with each environment's values.

cfn-lint checks one template at a time. These rules follow values from one template into another.
Findings are cached by content: where nothing has changed, only the digest is computed.
"""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import tidegen
from tidegen.linting.cache import load, store
from tidegen.linting.keys import content_digest, source_digest
from tidegen.linting.model import Finding, RuleInfo

_SOURCES = ("cloudformation", "contract", "environments", "linting/roots", "planning", "rules")


def lint_roots(
    project: Path, templates: Path, *, only: str = "", use_cache: bool = True
) -> list[Finding]:
    """Return the findings over every root in `templates`, with the values of the project's files.

    With `only`, the roots and values of that file. Files that are not valid are left out.
    """
    key = f"roots{only and '-'}{only}-{_digest(project, templates)}"
    results = _cached_findings(key) if use_cache else None
    if results is None:
        from tidegen.linting.roots.run import findings

        results = findings(project, templates, only=only)
        if use_cache:
            store(key, [asdict(finding) for finding in results])
    return [replace(finding, path=str(templates / finding.path)) for finding in results]


def are_roots_known_clean(project: Path, templates: Path) -> bool:
    """Return whether an earlier check of every root is cached, without a finding."""
    return _cached_findings(f"roots-{_digest(project, templates)}") == []


def _cached_findings(key: str) -> list[Finding] | None:
    rows: Any = load(key)
    try:
        return [Finding(**row) for row in rows]
    except TypeError:
        return None


def root_rules() -> dict[str, RuleInfo]:
    """Return every root rule, by its id."""
    from tidegen.linting.roots.rule import discovered_rules

    return {rule.id: RuleInfo.of(rule) for rule in discovered_rules()}


def _digest(project: Path, templates: Path) -> str:
    package = Path(tidegen.__file__).parent
    sources = source_digest(package / name for name in _SOURCES)
    files = [*sorted(templates.rglob("*.yaml")), *sorted((project / "environments").glob("*.y*ml"))]
    releases = templates.parent / "releases"
    files += [*sorted(releases.rglob("*.yaml")), *sorted(releases.glob("*/manifest.json"))]
    parts = [path.name.encode() + b"\0" + path.read_bytes() for path in files if path.is_file()]
    return content_digest(b"\0".join(parts), sources)
