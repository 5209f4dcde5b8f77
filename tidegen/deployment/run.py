"""Access to stacks: clouds by place, and the context of an operation on one root stack."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from tidegen.deployment.events import Emit, Outcome, StepStarted, ignore
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.reading.deployed_roots import DeployedRoots
from tidegen.deployment.settings import EmptySettings, Settings, SettingsFactory, no_settings
from tidegen.errors import AccessError
from tidegen.planning.model import Place, StackAddress


@dataclass(frozen=True, kw_only=True)
class Run:
    """The context of an operation: cloud, address, event sink, pause, settings, roots read."""

    cloud: Cloud
    address: StackAddress
    emit: Emit = ignore
    pause: Callable[[float], None] = time.sleep
    settings: Settings = field(default_factory=EmptySettings)
    deployed_roots: DeployedRoots = field(default_factory=DeployedRoots)


@dataclass(frozen=True)
class Clouds:
    """Clouds by place, whose account is checked before any other call.

    Callers that share one also share the deployed roots that were read.
    """

    connect: Connect
    deployed_roots: DeployedRoots = field(default_factory=DeployedRoots)
    _known: dict[Place, Cloud] = field(default_factory=dict)

    @classmethod
    def of(cls, connect: Connect) -> "Clouds":
        """Return `connect` itself if it is a Clouds, so that calls share its connections."""
        return connect if isinstance(connect, Clouds) else cls(connect)

    def __call__(self, place: Place) -> Cloud:
        """Return the same as `at`, so that a Clouds can be used as a Connect."""
        return self.at(place)

    def at(self, place: Place) -> Cloud:
        """Return the cloud at `place`; raise AccessError for another account's credentials."""
        if place not in self._known:
            cloud = self.connect(place)
            account = cloud.account()
            if account != place.account:
                raise AccessError(
                    f"the credentials belong to account {account}, the environment file says "
                    f"{place.account}; nothing was changed; use that account's credentials"
                )
            self._known[place] = cloud
        return self._known[place]

    def run(
        self,
        address: StackAddress,
        emit: Emit = ignore,
        pause: Callable[[float], None] = time.sleep,
        settings: SettingsFactory = no_settings,
    ) -> Run:
        """Return the context of an operation on the stack at `address`."""
        place = address.place
        return Run(
            cloud=self.at(place),
            address=address,
            emit=emit,
            pause=pause,
            settings=settings(place),
            deployed_roots=self.deployed_roots,
        )


class Step(Protocol):
    """A step of any plan, on one root stack."""

    @property
    def address(self) -> StackAddress:
        """The stack's address."""


StepT = TypeVar("StepT", bound=Step)


def started(
    steps: Sequence[StepT],
    clouds: Clouds,
    emit: Emit,
    pause: Callable[[float], None],
    settings: SettingsFactory = no_settings,
) -> Iterator[tuple[Run, StepT]]:
    """Report the beginning of each step, and yield it with its Run."""
    for number, step in enumerate(steps, 1):
        later = tuple(other.address for other in steps[number:])
        emit(StepStarted(step.address, number, len(steps), later))
        yield clouds.run(step.address, emit, pause, settings), step


def carry_out(
    steps: Sequence[StepT],
    connect: Connect,
    action: Callable[[Run, StepT], Outcome],
    *,
    emit: Emit,
    pause: Callable[[float], None],
) -> tuple[Outcome, ...]:
    """Run `action` for each step in order; report and return the outcomes."""
    outcomes = []
    for run, step in started(steps, Clouds.of(connect), emit, pause):
        outcomes.append(action(run, step))
        emit(outcomes[-1])
    return tuple(outcomes)
