"""The cause of a failed operation: the event that led to all others, and its remedy."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.errors import DeploymentError, Problem
from tidegen.failures import Failure, recognised
from tidegen.planning.remains import left_behind
from tidegen.planning.stack_events import StackEvent

_DEFAULT_ADVICE = "fix the cause and run the same command again"
_CONSEQUENCES = ("cancelled", "Resource update cancelled", "The following resource(s) failed")


@dataclass(frozen=True)
class RootCause:
    """The first resource that failed."""

    path: str
    type: str
    reason: str
    known: Failure | None = None

    def __str__(self) -> str:
        explained = self.known or _DEFAULT_ADVICE
        return f"{self.type}: {self.reason or 'no reason given'}; {explained}"


def find_root_cause(events: Iterable[StackEvent]) -> RootCause | None:
    """Return the earliest failure in the deepest stack, without its consequences."""
    events = tuple(events)
    failed = [event for event in events if event.status.endswith("_FAILED")]
    if not failed:
        return None
    first = min(failed, key=_rank)
    hooks = dict.fromkeys(e.hook for e in events if e.hook and e.path == first.path)
    reason = "; ".join(filter(None, (first.reason, *hooks)))
    return RootCause(first.path, first.type, reason, recognised(first.type, reason))


def _rank(event: StackEvent) -> tuple[bool, bool, bool, int, float]:
    """Order causes before consequences, resources before stacks, then by depth, then by time."""
    consequence = any(text in event.reason for text in _CONSEQUENCES)
    cleaning = event.status == "DELETE_FAILED" or "ROLLBACK" in event.status
    is_stack = event.type == STACK_TYPE
    return consequence, cleaning, is_stack, -event.path.count("/"), event.time.timestamp()


def failure(stack: str, status: str, reason: str, events: Iterable[StackEvent]) -> DeploymentError:
    """Return the error for a failed operation.

    The root cause comes first, then the stack's state and what its clean-up left behind.
    """
    events = tuple(events)
    cause = find_root_cause(events)
    own = Problem(stack, f"is {status}" + (f": {reason}" if reason else ""))
    first = [Problem(cause.path, str(cause))] if cause else []
    return DeploymentError(*first, own, *_left(status, events))


def _left(status: str, events: tuple[StackEvent, ...]) -> Iterator[Problem]:
    """Yield the resources outside every stack; those that a failed stack still has are not."""
    if status == "UPDATE_ROLLBACK_COMPLETE":
        for item in left_behind(events):
            yield Problem(item.path, str(item))
