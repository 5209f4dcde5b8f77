"""Changes of a change set that the approved plan did not show: pure, over two lists of changes.

Values known only after deployment are no disagreement: every change set of nested stacks lists
some of them as possible changes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tidegen.cloudformation.schemas import Replacement
from tidegen.planning.changes import Action, Change


@dataclass(frozen=True)
class Disagreement:
    """One change that was not shown as it is; `harm`: a resource would be lost unseen."""

    path: str
    text: str
    harm: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


def disagreements(shown: Iterable[Change], actual: Iterable[Change]) -> tuple[Disagreement, ...]:
    """Return every difference that matters, one for each changed resource.

    Fewer changes than shown are no disagreement.
    """
    before = {change.path: change for change in shown}
    moved = {change.moved_from for change in before.values() if change.moved_from}
    return tuple(
        item
        for change in actual
        if change.path not in moved
        for item in _differences(before.get(change.path), change)
    )


def _differences(shown: Change | None, actual: Change) -> Iterator[Disagreement]:
    if not actual.certain and not actual.loses:
        return
    if shown is None or shown.unforeseen:
        how = "not shown" if shown is None else "not foreseen"
        yield Disagreement(actual.path, f"{_verb(actual)}, which was {how}", actual.loses)
    elif actual.loses and not shown.loses:
        text = f"{_verb(actual)}, which was shown as: {_verb(shown)}"
        yield Disagreement(actual.path, text, harm=True)
    elif _action(actual) not in (_action(shown), Action.MODIFY) and not shown.loses:
        yield Disagreement(actual.path, f"{_verb(actual)}, which was shown as: {_verb(shown)}")
    elif actual.replacement is Replacement.CONDITIONAL and shown.replacement is Replacement.NEVER:
        yield Disagreement(actual.path, "may be replaced, which was not shown")
    elif more := _more_properties(shown, actual):
        yield Disagreement(actual.path, f"{more} would change too, which was not shown")


def _action(change: Change) -> Action:
    """Return the action; a change set shows the new place of a move as an addition."""
    return Action.MOVE if change.moved_from else change.action


def _more_properties(shown: Change, actual: Change) -> str:
    """Return the properties of a resource with state that were not shown, as one text."""
    if not actual.stateful:
        return ""
    return ", ".join(sorted(set(actual.properties) - set(shown.properties)))


def _verb(change: Change) -> str:
    if change.action is not Action.REMOVE and change.loses:
        return "would be replaced"
    verbs = {Action.ADD: "added", Action.REMOVE: "removed", Action.MOVE: "moved"}
    return f"would be {verbs.get(change.action, 'modified')}"
