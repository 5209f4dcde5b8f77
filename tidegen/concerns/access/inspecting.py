"""What preflight of an environment reads: names, counts, quotas, settings; no data, no secrets."""

from collections.abc import Collection, Iterable
from itertools import chain, starmap

from awacs.aws import Action, Statement
from troposphere import Sub

from tidegen.blocks.policies import allow
from tidegen.contract.topics import EVERYTHING, Topic


def inspection_statements(others: Collection[str]) -> list[Statement]:
    """Read what `tidegen preflight` asks for, but for what `others` allow on everything."""
    actions = _granted()
    listed = actions.pop(EVERYTHING) - set(others)
    looks = ((sorted(names), arns) for arns, names in actions.items())
    return [allow("ListForPreflight", _parsed(sorted(listed)), ["*"]), *starmap(_looking, looks)]


def _granted() -> dict[tuple[str, ...], set[str]]:
    """The actions that the topics need, by the resources that they read."""
    found: dict[tuple[str, ...], set[str]] = {}
    for permission in chain.from_iterable(topic.permissions for topic in Topic):
        if permission.granted:
            found.setdefault(permission.resources, set()).update(permission.actions)
    return found


def _looking(actions: list[str], arns: Iterable[str]) -> Statement:
    title = "Look" + actions[0].partition(":")[2]
    return allow(title, _parsed(actions), [Sub(f"arn:${{AWS::Partition}}:{arn}") for arn in arns])


def _parsed(actions: Iterable[str]) -> list[Action]:
    return [Action(*action.split(":")) for action in actions]
