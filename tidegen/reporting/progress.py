"""Progress of an operation's stacks, computed from its events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.planning.stack_events import StackEvent


@dataclass(kw_only=True)
class StackProgress:
    """One stack: latest status, resources done and in progress, start and end (AWS's time)."""

    status: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    done: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)


@dataclass(kw_only=True)
class Board:
    """All stacks of one operation by path; the root's path is empty.

    `clock` returns monotonic seconds. AWS's and local times are never compared: the time since the
    latest event is measured locally and added to AWS's.
    """

    clock: Callable[[], float]
    expected: Mapping[str, float] = field(default_factory=dict)
    stacks: dict[str, StackProgress] = field(default_factory=dict)
    _latest: datetime | None = None
    _received: float = 0.0

    def add(self, event: StackEvent) -> None:
        """Update the stack of one event."""
        if self._latest is None or event.time >= self._latest:
            self._latest, self._received = event.time, self.clock()
        if event.type == STACK_TYPE:
            self._stack(event)
        else:
            self._resource(event)

    def _stack(self, event: StackEvent) -> None:
        path = _root_is_empty(event)
        stack = self.stacks.setdefault(path, StackProgress())
        stack.status = event.status
        stack.started = stack.started or event.time
        in_progress = event.status.endswith("_IN_PROGRESS")
        stack.ended = None if in_progress else event.time

    def _resource(self, event: StackEvent) -> None:
        parent, _, name = event.path.rpartition("/")
        stack = self.stacks.setdefault(parent, StackProgress())
        if event.status.endswith("_IN_PROGRESS"):
            stack.busy.add(name)
        else:
            stack.busy.discard(name)
            stack.done.add(name)

    def elapsed(self, path: str) -> float:
        """Return the seconds since the stack's start, up to its end."""
        stack = self.stacks[path]
        if stack.started is None or self._latest is None:
            return 0.0
        if stack.ended is not None:
            return (stack.ended - stack.started).total_seconds()
        since = self.clock() - self._received
        return (self._latest - stack.started).total_seconds() + since

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Return name, status, resources and time of each stack, the root first."""
        return [
            (path or "root", stack.status, _counts(stack), self._time(path))
            for path, stack in sorted(self.stacks.items())
        ]

    def figures(self) -> str:
        """Return the resources done and the time of the operation; empty before its first event."""
        if "" not in self.stacks:
            return ""
        done = sum(len(stack.done) for stack in self.stacks.values())
        return f" {done} resources in {seconds_text(self.elapsed(''))}"

    def _time(self, path: str) -> str:
        usual = self.expected.get(path)
        tail = f" of about {seconds_text(usual)}" if usual and not self.stacks[path].ended else ""
        return seconds_text(self.elapsed(path)) + tail


def seconds_text(seconds: float) -> str:
    """Return a duration as text: `4.2 s`, `3 min 20 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def _counts(stack: StackProgress) -> str:
    busy = f", in progress: {', '.join(sorted(stack.busy)[:3])}" if stack.busy else ""
    return f"{len(stack.done)} done{busy}"


def _root_is_empty(event: StackEvent) -> str:
    """Return the path of the event's stack; the root's own events have its name as path."""
    return "" if event.is_own and event.path == event.logical_id else event.path
