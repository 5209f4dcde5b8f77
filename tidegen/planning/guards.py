"""What a plan may not do by itself."""

from collections.abc import Collection, Iterable

from tidegen.errors import Problem, RefusedError
from tidegen.planning.model import Action, Change, Replacement

_LOSING = (Action.REMOVE, Action.REPLACE)


def refused(changes: Iterable[Change], allowed: Collection[str] = ()) -> tuple[Change, ...]:
    """Removals and replacements of stateful resources that nobody has allowed.

    `allowed` holds logical ids (`UploadsBucket`) or whole paths (`Storage/UploadsBucket`). A
    conditional replacement passes: CloudFormation knows only while it runs, and there the stack
    policy stands against it.
    """
    return tuple(
        change
        for change in changes
        if change.stateful
        and (change.action in _LOSING or change.replacement is Replacement.ALWAYS)
        and change.path not in allowed
        and change.logical_id not in allowed
    )


def guard_changes(changes: Iterable[Change], allowed: Collection[str] = ()) -> None:
    """Raise RefusedError, one problem each, where `refused` finds something."""
    found = refused(changes, allowed)
    if found:
        raise RefusedError.of(_problem(change) for change in found)


def _problem(change: Change) -> Problem:
    what = "removed" if change.action is Action.REMOVE else "replaced"
    return Problem(
        change.path,
        f"{change.type} holds state and would be {what} ({change.source}); "
        f"keep it as it is, or say --allow-replace {change.logical_id}",
    )
