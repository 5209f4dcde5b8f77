"""The steps of a recovery, the state of each, and the objectives of the data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Phase(StrEnum):
    """When a step is done: before the disaster, or after it."""

    PREPARE = "prepare"
    RECOVER = "recover"


class State(StrEnum):
    """The state of a step."""

    READY = "ready"
    MISSING = "missing"
    UNKNOWN = "not known"
    LATER = "to do"


@dataclass(frozen=True, kw_only=True)
class RecoveryStep:
    """One step; `minutes` are the least and the most that it takes, `source` says why.

    `section` is its heading in the runbook, `needs` are the slugs of the steps before it.
    """

    slug: str
    phase: Phase
    title: str
    minutes: tuple[int, int]
    source: str
    section: str
    needs: tuple[str, ...] = ()
    commands: str = ""


@dataclass(frozen=True)
class Presence:
    """The state of a step in the account: the detail, and how to get the missing rest."""

    state: State
    detail: str
    remedy: str = ""


@dataclass(frozen=True)
class PlannedStep:
    """A step, and what the account has of it."""

    step: RecoveryStep
    presence: Presence

    @property
    def state(self) -> State:
        """The state of the step."""
        return self.presence.state


@dataclass(frozen=True, kw_only=True)
class Objective:
    """The most that is lost of one kind of data, in minutes; None if nothing copies it.

    `newest` is the time of the newest copy in the recovery region, if the account was asked.
    """

    kind: str
    minutes: int | None
    source: str
    newest: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RecoveryPlan:
    """The steps to an environment in another region, in order, and what they achieve."""

    environment: str
    home: str
    region: str
    steps: tuple[PlannedStep, ...]
    objectives: tuple[Objective, ...] = ()

    def of(self, state: State) -> tuple[PlannedStep, ...]:
        """Return the steps in a state."""
        return tuple(item for item in self.steps if item.state is state)

    @property
    def serving(self) -> tuple[int, int]:
        """Minutes until the services answer, by the longest chain of steps."""
        return self._until("services")

    @property
    def complete(self) -> tuple[int, int]:
        """Minutes until all data is back."""
        ends = [self._until(item.step.slug) for item in self._recovering()]
        return max(low for low, _ in ends), max(high for _, high in ends)

    @property
    def exit_code(self) -> int:
        """0 if the recovery is possible, 1 if something is missing, 2 if that is not known."""
        return 1 if self.of(State.MISSING) else 2 if self.of(State.UNKNOWN) else 0

    def blocked(self, planned: PlannedStep) -> tuple[str, ...]:
        """Return the slugs of the steps that a step needs and that are not ready."""
        open_steps = {item.step.slug for item in (*self.of(State.MISSING), *self.of(State.UNKNOWN))}
        return tuple(need for need in planned.step.needs if need in open_steps)

    def _recovering(self) -> Iterator[PlannedStep]:
        return (item for item in self.steps if item.step.phase is Phase.RECOVER)

    def _until(self, slug: str) -> tuple[int, int]:
        steps = {item.step.slug: item.step for item in self._recovering()}
        return _chain(slug, steps, 0), _chain(slug, steps, 1)


def _chain(slug: str, steps: Mapping[str, RecoveryStep], bound: int) -> int:
    """Return the minutes of the longest chain of steps that ends with `slug`."""
    before = (_chain(need, steps, bound) for need in steps[slug].needs if need in steps)
    return steps[slug].minutes[bound] + max(before, default=0)
