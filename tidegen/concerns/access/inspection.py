"""Statements for preflight: names, counts, quotas and settings; no data, no secrets."""

from collections.abc import Collection, Iterable
from itertools import chain, starmap

from awacs.aws import Statement

from tidegen.blocks.policies import allow, arn, parse_actions
from tidegen.contract import EVERYTHING, Topic


def inspection_statements(others: Collection[str]) -> list[Statement]:
    """Allow what `tidegen preflight` reads, except what `others` allow on every resource."""
    actions = _granted()
    listed = actions.pop(EVERYTHING) - set(others)
    reads = ((sorted(names), arns) for arns, names in actions.items())
    return [
        allow("ListForPreflight", parse_actions(sorted(listed)), ["*"]),
        *starmap(_read_statement, reads),
    ]


def _granted() -> dict[tuple[str, ...], set[str]]:
    """Return the actions that the topics need, by the resources that they read."""
    actions: dict[tuple[str, ...], set[str]] = {}
    for permission in chain.from_iterable(topic.permissions for topic in Topic):
        if permission.granted:
            actions.setdefault(permission.resources, set()).update(permission.actions)
    return actions


def _read_statement(actions: list[str], arns: Iterable[str]) -> Statement:
    title = "Look" + actions[0].partition(":")[2]
    return allow(title, parse_actions(actions), [arn(text) for text in arns])
