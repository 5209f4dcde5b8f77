"""What deployment reports while it works, as frozen data; the caller decides what to show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tidegen.planning.changes import Change
from tidegen.planning.model import RootStep, StackAddress, StackEvent
from tidegen.planning.settings import SettingName, SettingReading, SettingStep, setting_steps
from tidegen.planning.states import NextAction, state_of


@dataclass(frozen=True)
class StepStarted:
    """A root stack's turn; `number` counts from 1 to `total`."""

    address: StackAddress
    number: int
    total: int


@dataclass(frozen=True)
class Uploaded:
    """Objects that were missing in the artifacts bucket and are there now."""

    address: StackAddress
    bucket: str
    keys: tuple[str, ...]
    size: int


@dataclass(frozen=True)
class Attached:
    """An operation was under way already and is followed; `expected` as in Executing."""

    address: StackAddress
    status: str
    expected: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Recovering:
    """A stack's status needs mending first; this is being done."""

    address: StackAddress
    status: str
    what: str


@dataclass(frozen=True)
class Executing:
    """CloudFormation is at work; `kind` is create, update, import, delete or rollback.

    `expected` is how many seconds the root (the empty name) and its nested stacks took before.
    """

    address: StackAddress
    kind: str
    expected: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """An event of the root stack or of one below it; `event.path` says of which resource."""

    address: StackAddress
    event: StackEvent


@dataclass(frozen=True)
class Protected:
    """Stack policies and termination protection are set."""

    address: StackAddress
    stacks: int


@dataclass(frozen=True)
class SettingApplied:
    """A setting that CloudFormation has no type for is as wanted now."""

    address: StackAddress
    step: SettingStep


@dataclass(frozen=True)
class SettingUnchecked:
    """A setting that could not be read, and why; it is left as it is."""

    address: StackAddress
    name: SettingName
    reason: str


class Result(StrEnum):
    """How a step ended."""

    CREATED = "created"
    UPDATED = "updated"
    IMPORTED = "imported"
    UNCHANGED = "unchanged"
    SETTLED = "unchanged but for settings"
    DECLINED = "declined"
    ROLLED_BACK = "rolled back"
    FOLLOWED = "followed"
    DELETED = "deleted"
    ABSENT = "absent"


@dataclass(frozen=True)
class Outcome:
    """A finished step; outputs are those of the stack as it stands."""

    address: StackAddress
    result: Result
    outputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Preview:
    """What a step would do, to be approved.

    `situation` is CREATE or UPDATE with `changes`, or what has to be mended first (DELETE_FIRST,
    CONTINUE_ROLLBACK; then another preview follows) or FOLLOW. `unchanged` says that there is
    nothing to do in the stack; `pending` names the stacks whose outputs are not known yet.
    `readings` are of the settings that follow it.
    """

    step: RootStep
    next_action: NextAction
    changes: tuple[Change, ...] = ()
    unchanged: bool = False
    pending: tuple[StackAddress, ...] = ()
    status: str | None = None
    readings: tuple[SettingReading, ...] = ()

    @property
    def settings(self) -> tuple[SettingStep, ...]:
        """The steps that follow the stack's change."""
        return setting_steps(self.readings)

    @property
    def unchecked(self) -> tuple[SettingReading, ...]:
        """The settings that could not be read."""
        return tuple(reading for reading in self.readings if reading.reason)

    @property
    def advice(self) -> str:
        """What the stack's status means for this deploy."""
        return state_of(self.status).advice


Event = (
    StepStarted
    | Uploaded
    | Attached
    | Recovering
    | Executing
    | Progress
    | Protected
    | SettingApplied
    | SettingUnchecked
    | Outcome
)
Emit = Callable[[Event], None]
Approve = Callable[[Preview], bool]


def ignore(event: Event) -> None:
    """An Emit for callers who want the result only."""
