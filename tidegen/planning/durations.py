"""Durations of the last operations of stacks, as an estimate for the next."""

from collections.abc import Iterable

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.planning.stack_events import StackEvent

_STARTS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS")
_ENDS = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE")


def durations(events: Iterable[StackEvent]) -> dict[str, float]:
    """Return logical id of a nested stack (empty for the root) → seconds of its last success.

    `events` are those of the root stack, oldest first; times are AWS's.
    """
    started: dict[str, float] = {}
    seconds: dict[str, float] = {}
    for event in events:
        if event.type != STACK_TYPE:
            continue
        name = "" if event.is_own else event.logical_id
        if event.status in _STARTS:
            # A nested stack has two start events; the first counts.
            started.setdefault(name, event.time.timestamp())
        elif event.status in _ENDS and name in started:
            seconds[name] = event.time.timestamp() - started.pop(name)
        elif not event.status.endswith("_IN_PROGRESS"):
            started.pop(name, None)
    return seconds
