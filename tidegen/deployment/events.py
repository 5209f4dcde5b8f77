"""Events of a deployment, as frozen data; the caller decides which to show.

A new kind of event is a class here and, if it deserves one, a line in `reporting.events`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, ClassVar

from tidegen.errors import Problem
from tidegen.planning.changes import Change
from tidegen.planning.model import RootStep, StackAddress
from tidegen.planning.remains import LeftBehind
from tidegen.planning.settings import SettingName, SettingReading, SettingStep, setting_steps
from tidegen.planning.stack_events import StackEvent
from tidegen.planning.states import NextAction, state_of


@dataclass(frozen=True)
class Event:
    """An event on a root stack; JSON output has its `kind` and `data`."""

    kind: ClassVar[str]
    address: StackAddress

    def data(self) -> dict[str, Any]:
        """Return the event's own fields as plain data; a kind with other names overrides it."""
        own = (item.name for item in fields(self) if item.name != "address")
        return {name: _plain(getattr(self, name)) for name in own}


def _plain(value: Any) -> Any:
    """Return a field's value as JSON has it."""
    if isinstance(value, Mapping):
        return dict(value)
    return str(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class StepStarted(Event):
    """A root stack's turn; `number` counts from 1 to `total`, and `later` are the other turns."""

    kind = "step"
    number: int
    total: int
    later: tuple[StackAddress, ...] = ()

    def data(self) -> dict[str, Any]:
        """Return number and total."""
        return {"number": self.number, "total": self.total}


@dataclass(frozen=True)
class Uploaded(Event):
    """Objects that were missing in the artifacts bucket and are uploaded; `size` in bytes."""

    kind = "uploaded"
    bucket: str
    keys: tuple[str, ...]
    size: int

    def data(self) -> dict[str, Any]:
        """Return bucket, keys and bytes."""
        return {"bucket": self.bucket, "keys": list(self.keys), "bytes": self.size}


@dataclass(frozen=True)
class Attached(Event):
    """An operation already in progress is followed; `expected` as in Executing."""

    kind = "attached"
    status: str
    expected: Mapping[str, float] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """Return the stack's status and the expected seconds."""
        return {"status": self.status, "expected_seconds": dict(self.expected)}


@dataclass(frozen=True)
class Recovering(Event):
    """The stack's status is fixed before the deploy goes on; `what` is being done."""

    kind = "recovering"
    status: str
    what: str


@dataclass(frozen=True)
class Requesting(Event):
    """CloudFormation is asked for an operation next: from now on it may be in progress."""

    kind = "requesting"
    operation: str


@dataclass(frozen=True)
class Executing(Event):
    """CloudFormation is at work; `operation` is create, update, import, delete or rollback.

    `expected` holds the seconds that the root (the empty name) and its nested stacks took before.
    """

    kind = "executing"
    operation: str
    expected: Mapping[str, float] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """Return the operation and the expected seconds."""
        return {"kind": self.operation, "expected_seconds": dict(self.expected)}


@dataclass(frozen=True)
class Progress(Event):
    """An event of the root stack or of one below it; `event.path` names the resource."""

    kind = "progress"
    event: StackEvent

    def data(self) -> dict[str, Any]:
        """Return the resource's status and the time, which is AWS's, in UTC."""
        return {
            "path": self.event.path,
            "type": self.event.type,
            "status": self.event.status,
            "reason": self.event.reason or None,
            "physical_id": self.event.physical_id or None,
            "time": self.event.time.isoformat(),
        }


@dataclass(frozen=True)
class Warned(Event):
    """CloudFormation warns of a change set that it creates all the same."""

    kind = "warning"
    text: str


@dataclass(frozen=True)
class Protected(Event):
    """Stack policies are set on so many stacks."""

    kind = "protected"
    stacks: int


@dataclass(frozen=True)
class PolicyKept(Event):
    """Stack policies that a person set are left; `paths` are nested stacks, empty for the root."""

    kind = "policy-kept"
    paths: tuple[str, ...]


@dataclass(frozen=True)
class PolicyOverridden(Event):
    """A stack policy that a person set is replaced during a deploy; `text` is the policy."""

    kind = "policy-overridden"
    path: str
    text: str


@dataclass(frozen=True)
class SettingApplied(Event):
    """A setting for which CloudFormation has no type has its wanted value now."""

    kind = "setting"
    step: SettingStep

    def data(self) -> dict[str, Any]:
        """Return the setting's step."""
        return self.step.data()


@dataclass(frozen=True)
class SettingUnchecked(Event):
    """A setting that could not be read, with the reason; it is not changed."""

    kind = "setting-unchecked"
    name: SettingName
    reason: str

    def data(self) -> dict[str, Any]:
        """Return the setting's name and the reason."""
        return {"setting": str(self.name), "reason": self.reason}


class Result(StrEnum):
    """How a step ended."""

    CREATED = "created"
    UPDATED = "updated"
    IMPORTED = "imported"
    UNCHANGED = "unchanged"
    SETTLED = "unchanged but for settings"
    DECLINED = "declined"
    ROLLED_BACK = "rolled back"
    REVERTED = "drift reverted"
    FOLLOWED = "followed"
    DELETED = "deleted"
    ABSENT = "absent"


@dataclass(frozen=True)
class Outcome(Event):
    """A finished step, with the deployed stack's outputs, and what the operation left behind."""

    kind = "outcome"
    result: Result
    outputs: Mapping[str, str] = field(default_factory=dict)
    left: tuple[LeftBehind, ...] = ()

    def data(self) -> dict[str, Any]:
        """Return result, outputs and what is left behind."""
        return {
            "result": str(self.result),
            "outputs": dict(self.outputs),
            "left_behind": [item.data() for item in self.left],
        }


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The changes that a step would make, for approval.

    `next_action` is CREATE or UPDATE with `changes`, FOLLOW, or a fix to make first (DELETE_FIRST,
    CONTINUE_ROLLBACK), after which another preview follows. `unchanged`: the stack needs no change.
    `pending` names the stacks whose outputs are not known yet. `later` are the changes of a second
    update, right after a creation. `readings` are of the settings that are applied after the stack.
    `note` is the reason for a root's second step. `by_hand` are the nested stacks that were updated
    past the root; `restored` the changes that restore them, where nothing else changes. `problems`
    were met while reading and refuse it. `complete`: its protection is as wanted. `shown` is the
    step's preview in the plan that was approved.
    """

    step: RootStep
    next_action: NextAction
    changes: tuple[Change, ...] = ()
    unchanged: bool = False
    pending: tuple[StackAddress, ...] = ()
    later: tuple[Change, ...] = ()
    status: str | None = None
    readings: tuple[SettingReading, ...] = ()
    note: str = ""
    by_hand: tuple[str, ...] = ()
    restored: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    complete: bool = False
    shown: "Preview | None" = None

    @property
    def settings(self) -> tuple[SettingStep, ...]:
        """The steps to apply after the stack's change."""
        return setting_steps(self.readings)

    @property
    def unchecked(self) -> tuple[SettingReading, ...]:
        """The settings that could not be read."""
        return tuple(reading for reading in self.readings if reading.reason)

    @property
    def advice(self) -> str:
        """The meaning of the stack's status for this deploy."""
        return state_of(self.status).advice


Emit = Callable[[Event], None]
Approve = Callable[[Preview], bool]


def ignore(event: Event) -> None:
    """Drop the event: an Emit for callers who want the result only."""
