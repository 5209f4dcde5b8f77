"""How an environment's stacks are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tidegen.contract import Scope
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.run import Clouds
from tidegen.planning.model import STACK_TYPE, StackAddress
from tidegen.planning.steps import Target, steps_of


@dataclass(frozen=True)
class NestedStatus:
    """A nested stack's state, as its root records it."""

    logical_id: str
    status: str
    reason: str = ""


@dataclass(frozen=True)
class RootStatus:
    """A root stack's state; `status` is None where it is not deployed."""

    address: StackAddress
    status: str | None = None
    reason: str = ""
    release: str | None = None
    digest: str | None = None
    protected: bool = False
    changed: datetime | None = None
    nested: tuple[NestedStatus, ...] = ()


def environment_status(target: Target, connect: Connect) -> tuple[RootStatus, ...]:
    """The state of each root of `target`, first to last, with its nested stacks."""
    clouds = Clouds.of(connect)
    return tuple(_status(clouds.at(a.place), a) for a in steps_of(target))


def environment_outputs(target: Target, connect: Connect) -> Mapping[Scope, Mapping[str, str]]:
    """The outputs of each root of `target` that is deployed, by scope."""
    clouds = Clouds.of(connect)
    found = {a.scope: clouds.at(a.place).stack(a.name) for a in steps_of(target)}
    return {scope: dict(sorted(state.outputs.items())) for scope, state in found.items() if state}


def _status(cloud: Cloud, address: StackAddress) -> RootStatus:
    state = cloud.stack(address.name)
    if state is None:
        return RootStatus(address)
    nested = tuple(
        NestedStatus(resource.logical_id, resource.status, resource.reason)
        for resource in cloud.resources(state.stack_id)
        if resource.type == STACK_TYPE
    )
    return RootStatus(
        address,
        state.status,
        state.reason,
        state.outputs.get("Release"),
        state.digest,
        state.protected,
        state.changed,
        nested,
    )
