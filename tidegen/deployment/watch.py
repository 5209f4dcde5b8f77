"""Following an operation through a root stack and all stacks below it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.deployment.events import Progress
from tidegen.deployment.root_cause import failure
from tidegen.deployment.run import Run
from tidegen.errors import DeploymentError, Problem
from tidegen.planning.durations import durations
from tidegen.planning.model import StackAddress, StackState
from tidegen.planning.remains import LeftBehind, left_behind
from tidegen.planning.stack_events import StackEvent
from tidegen.planning.states import is_running, is_success

_STARTS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS")
#: Polls after the end by the events, within which the stack's description has to follow.
_OLD_READS = 40


@dataclass(frozen=True)
class Mark:
    """A point in a stack's history: earlier events are not shown.

    `expected` holds the seconds that the root (the empty name) and its nested stacks took before.
    """

    time: datetime | None = None
    seen: frozenset[str] = frozenset()
    expected: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Followed:
    """How an operation on a root stack ended, and all its events, oldest first."""

    address: StackAddress
    state: StackState
    events: tuple[StackEvent, ...]

    @property
    def left(self) -> tuple[LeftBehind, ...]:
        """The resources that the operation left behind."""
        return left_behind(self.events)

    def require_success(self, *statuses: str) -> StackState:
        """Return the stack's state; raise DeploymentError with the root cause of a failure.

        `statuses` are the successful ones; without any, those of every operation.
        """
        state = self.state
        succeeded = state.status in statuses if statuses else is_success(state.status)
        if not succeeded:
            raise failure(str(self.address), state.status, state.reason, self.events)
        return state


def mark_now(run: Run, stack_id: str) -> Mark:
    """Return the point after the stack's latest event, by AWS's clock."""
    events = run.cloud.events(stack_id, None)
    if not events:
        return Mark()
    seen = frozenset(event.event_id for event in events)
    return Mark(events[-1].time, seen, durations(events))


def mark_start(run: Run, stack_id: str) -> Mark:
    """Return the point where the operation in progress began."""
    events = run.cloud.events(stack_id, None)
    starts = [e for e in events if e.is_own and e.status in _STARTS]
    if not starts:
        return Mark()
    start = starts[-1].time
    before = [event for event in events if event.time < start]
    return Mark(start, frozenset(e.event_id for e in before), durations(before))


def last_operation(run: Run, stack_id: str) -> tuple[StackEvent, ...]:
    """Return the events of the latest operation on a root and all stacks below, oldest first.

    CloudFormation keeps the events of deleted nested stacks for 90 days, by stack id.
    """
    tree = _Tree.of(run, mark_start(run, stack_id), stack_id)
    tree.poll(stack_id)
    return tuple(sorted(tree.events, key=lambda event: event.time))


def follow(run: Run, state: StackState, mark: Mark) -> Followed:
    """Report events until the operation since `mark` has ended, be it a deletion.

    `state` is the stack's before the operation. Raises DeploymentError if the stack's description
    does not become that of after.
    """
    tree = _Tree.of(run, mark, state.stack_id)
    old_reads = 0
    while True:
        last = tree.poll(state.stack_id)
        now = run.cloud.stack(state.stack_id) or replace(state, status="DELETE_COMPLETE")
        if now.status == "DELETE_COMPLETE" or _is_settled(state, last, now):
            return Followed(
                run.address, now, tuple(sorted(tree.events, key=lambda event: event.time))
            )
        old_reads = old_reads + 1 if last and not is_running(last.status) else 0
        if last and old_reads > _OLD_READS:
            raise DeploymentError(Problem(str(run.address), _old_text(last, now)))
        run.pause(run.cloud.poll_seconds)


def _is_settled(before: StackState, last: StackEvent | None, now: StackState) -> bool:
    """Return whether the stack's last own event has ended the operation, and `now` is after it.

    DescribeStacks is eventually consistent: it can still answer as before, with the same status
    even and the outputs of before (aws/aws-cdk-cli#1802). The events are AWS's record of the
    operation, and an update moves LastUpdatedTime (API_Stack). An import may not, and changes no
    outputs.
    """
    if last is None or is_running(last.status) or now.status != last.status:
        return False
    moved = before.status != now.status or before.changed != now.changed
    return moved or now.status.startswith("IMPORT_") or before.changed is None


def _old_text(last: StackEvent, now: StackState) -> str:
    return (
        f"its events report {last.status}, but DescribeStacks still answers as before "
        f"({now.status}); wait a minute, then run the same command again"
    )


@dataclass(kw_only=True)
class _Tree:
    """The stacks of an operation, found by their events: id → path, and the active ones."""

    run: Run
    mark: Mark
    paths: dict[str, str]
    active: set[str]
    events: list[StackEvent] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, run: Run, mark: Mark, root_id: str) -> "_Tree":
        """Return the tree of a root, none of whose events is read yet."""
        return cls(run=run, mark=mark, paths={root_id: ""}, active={root_id})

    def poll(self, root_id: str) -> StackEvent | None:
        """Report new events of all stacks in order of time; return the root's last own one."""
        known = len(self.events)
        waiting = sorted(self.active)
        while waiting:
            stack_id = waiting.pop(0)
            waiting += [child for child in self._read(stack_id) if child not in waiting]
        self.events[known:] = sorted(self.events[known:], key=lambda event: event.time)
        for event in self.events[known:]:
            self.run.emit(Progress(self.run.address, event))
        own = [event for event in self.events if event.physical_id == root_id]
        own.sort(key=lambda event: event.time)
        return own[-1] if own else None

    def _read(self, stack_id: str) -> list[str]:
        """Add the new events of one stack; return the nested stacks that they name."""
        nested: list[str] = []
        for event in self.run.cloud.events(stack_id, self.mark.time):
            if event.event_id in self.seen or event.event_id in self.mark.seen:
                continue
            self.seen.add(event.event_id)
            self.events.append(self._placed(event))
            if event.type == STACK_TYPE and not event.is_own and ":stack/" in event.physical_id:
                nested += self._note_child(stack_id, event)
        return nested

    def _placed(self, event: StackEvent) -> StackEvent:
        parent = self.paths[event.stack_id]
        if event.is_own:
            path = parent or event.logical_id
        else:
            path = f"{parent}/{event.logical_id}" if parent else event.logical_id
        return replace(event, path=path)

    def _note_child(self, parent_id: str, event: StackEvent) -> list[str]:
        """Remember a nested stack. One that has ended is read a last time, then no more."""
        parent, child = self.paths[parent_id], event.physical_id
        self.paths[child] = f"{parent}/{event.logical_id}" if parent else event.logical_id
        if is_running(event.status):
            self.active.add(child)
        else:
            self.active.discard(child)
        return [child]
