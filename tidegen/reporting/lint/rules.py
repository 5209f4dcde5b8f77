"""Lint rules and their suppressions as text."""

from collections import Counter
from collections.abc import Sequence

from tidegen.linting.model import RuleInfo
from tidegen.linting.suppressions import Suppression


def rule_text(rule: RuleInfo) -> str:
    """Return a rule's title, description, source and tags."""
    lines = [f"{rule.id} {rule.severity}: {rule.title}", "", rule.description]
    if rule.source:
        lines += ["", f"Source: {rule.source}"]
    if rule.tags:
        lines += ["", f"Tags: {', '.join(rule.tags)}"]
    return "\n".join(lines) + "\n"


def suppressions_text(suppressions: Sequence[Suppression]) -> str:
    """Return a line for each suppression, then the number for each rule."""
    lines = [_line(item) for item in suppressions]
    counts = Counter(f"{item.tool} {item.rule}" for item in suppressions)
    lines += [f"{count:>5} x {name}" for name, count in sorted(counts.items())]
    return "".join(f"{line}\n" for line in lines)


def _line(item: Suppression) -> str:
    where = f"{item.path}: {item.logical_id or 'the whole template'}"
    return f"{where}: {item.tool} {item.rule}: {item.reason or 'no reason given'}"
