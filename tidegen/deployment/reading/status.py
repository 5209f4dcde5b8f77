"""The status of an environment's stacks."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.contract import COMMIT, DEPLOYED_BY, Scope
from tidegen.deployment.events import Attached, Emit, Outcome, Result, ignore
from tidegen.deployment.port import Connect
from tidegen.deployment.reading.deployed_roots import (
    deployed_template,
    existing_resources,
    nested_texts,
)
from tidegen.deployment.reading.ownership import foreign_stack
from tidegen.deployment.reading.protection import missing_protection
from tidegen.deployment.root_cause import find_root_cause
from tidegen.deployment.run import Clouds, Run
from tidegen.deployment.settings import SettingsFactory, no_settings
from tidegen.deployment.watch import follow, last_operation, mark_start
from tidegen.planning.first_deploy import DeletionProtection, deletion_protection
from tidegen.planning.model import StackAddress, StackState
from tidegen.planning.ownership import Owner
from tidegen.planning.pins import pinned_hashes, updated_past_root
from tidegen.planning.record import recorded
from tidegen.planning.states import NextAction, is_running, is_success, next_action
from tidegen.planning.steps import Target, owner_of, steps_of


@dataclass(frozen=True)
class NestedStatus:
    """A nested stack's state, as its root records it."""

    logical_id: str
    status: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RootStatus:
    """A root stack's state; `status` is None where it is not deployed.

    `by_hand` are its nested stacks that were updated past it; `foreign` says by what a stack of
    another owner is known, empty for the target's own. `incomplete` names the missing protection.
    """

    address: StackAddress
    status: str | None = None
    reason: str = ""
    release: str | None = None
    digest: str | None = None
    commit: str | None = None
    deployed_by: str | None = None
    #: The release in the environment file; whether its root is the deployed one, if names differ.
    pinned: str | None = None
    has_pinned_templates: bool | None = None
    protected: bool = False
    deletion_protection: DeletionProtection | None = None
    changed: datetime | None = None
    cause: str = ""
    foreign: str = ""
    nested: tuple[NestedStatus, ...] = ()
    by_hand: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()

    @property
    def is_healthy(self) -> bool:
        """Return whether it is deployed and complete, and its last operation has not failed."""
        if self.status is None or self.foreign or self.incomplete:
            return False
        return is_success(self.status) or is_running(self.status)


def environment_status(
    target: Target, connect: Connect, settings: SettingsFactory = no_settings
) -> tuple[RootStatus, ...]:
    """Return the state of each root of `target`, first to last, with its nested stacks."""
    clouds = Clouds.of(connect)
    return tuple(
        _status(
            clouds.run(address, settings=settings),
            owner_of(target, address.scope),
            protected=target.protected,
        )
        for address in steps_of(target)
    )


def environment_outputs(target: Target, connect: Connect) -> Mapping[Scope, Mapping[str, str]]:
    """Return the outputs of each deployed root of `target`, by scope."""
    clouds = Clouds.of(connect)
    states = {a.scope: clouds.at(a.place).stack(a.name) for a in steps_of(target)}
    return {scope: dict(sorted(state.outputs.items())) for scope, state in states.items() if state}


def _status(run: Run, owner: Owner, *, protected: bool) -> RootStatus:
    cloud, address = run.cloud, run.address
    state = cloud.stack(address.name)
    if state is None:
        return RootStatus(address=address)
    resources = existing_resources(cloud, state.stack_id)
    foreign = foreign_stack(cloud, owner, address, state)
    nested = tuple(
        NestedStatus(resource.logical_id, resource.status, resource.reason)
        for resource in resources
        if resource.type == STACK_TYPE
    )
    root, texts = {}, {}
    if not (foreign or is_running(state.status)):
        root, texts = deployed_template(cloud, state.stack_id), nested_texts(cloud, resources)
    return RootStatus(
        address=address,
        status=state.status,
        reason=state.reason,
        release=state.outputs.get("Release"),
        digest=state.digest,
        commit=recorded(state, COMMIT) or None,
        deployed_by=recorded(state, DEPLOYED_BY) or None,
        protected=state.protected,
        deletion_protection=deletion_protection(state),
        changed=state.changed,
        cause=_cause(run, state),
        foreign=foreign.carries if foreign else "",
        nested=nested,
        by_hand=updated_past_root(pinned_hashes(root), texts),
        incomplete=(
            () if foreign else missing_protection(run, state, root, texts, protected=protected)
        ),
    )


def _cause(run: Run, state: StackState) -> str:
    """Return the root cause if the last operation failed; read events only then."""
    if is_success(state.status) or next_action(state.status) in (
        NextAction.FOLLOW,
        NextAction.CREATE,
    ):
        return ""
    cause = find_root_cause(last_operation(run, state.stack_id))
    return f"{cause.path}: {cause}" if cause else ""


def follow_environment(
    target: Target,
    connect: Connect,
    *,
    emit: Emit = ignore,
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Follow the operations on the roots of `target` until none is in progress; return how many.

    Raises DeploymentError with the root cause where an operation fails.
    """
    clouds = Clouds.of(connect)
    watched = 0
    while True:
        running = list(_running(target, clouds))
        for address, state in running:
            run = clouds.run(address, emit, pause)
            mark = mark_start(run, state.stack_id)
            emit(Attached(address, state.status, mark.expected))
            followed = follow(run, state, mark)
            ended = followed.require_success()
            emit(Outcome(address, Result.FOLLOWED, ended.outputs, followed.left))
            watched += 1
        if not running:
            return watched


def _running(target: Target, clouds: Clouds) -> Iterator[tuple[StackAddress, StackState]]:
    for address in steps_of(target):
        state = clouds.at(address.place).stack(address.name)
        if state and is_running(state.status):
            yield address, state
