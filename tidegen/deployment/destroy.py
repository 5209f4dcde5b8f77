"""Deleting an environment's stacks; resources that hold state are kept and listed."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from tidegen.contract import Scope
from tidegen.deployment.events import (
    Attached,
    Emit,
    Executing,
    Outcome,
    Requesting,
    Result,
    ignore,
)
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.reading.deployed_roots import deployed_root
from tidegen.deployment.reading.ownership import owned_stacks
from tidegen.deployment.run import Clouds, Run, carry_out
from tidegen.deployment.watch import follow, mark_now, mark_start
from tidegen.errors import Problem, RefusedError
from tidegen.planning.commands import stack_command
from tidegen.planning.model import StackAddress, StackResource, StackState
from tidegen.planning.states import is_running
from tidegen.planning.steps import Target, steps_of

#: Characters; a value at least this long is taken to be unique to one stack: an ARN or an id.
_UNIQUE = 8
_DELETING = "DELETE_IN_PROGRESS"


@dataclass(frozen=True)
class Member:
    """A resource of a stack to delete."""

    path: str
    type: str
    physical_id: str


@dataclass(frozen=True)
class DestroyStep:
    """A root stack to delete."""

    address: StackAddress
    stack_id: str
    retained: tuple[Member, ...] = ()
    deleted: tuple[Member, ...] = ()


@dataclass(frozen=True)
class DestroyPlan:
    """The root stacks to delete, in this order."""

    environment: str
    steps: tuple[DestroyStep, ...]


def destroy_plan(target: Target, connect: Connect, taken_over: Collection[str] = ()) -> DestroyPlan:
    """Return the plan to delete `target`; raise RefusedError if it is protected or still needed.

    Also refuses a stack of another owner that `taken_over` does not name.
    """
    if target.protected:
        raise RefusedError(
            f"environment '{target.name}' is protected; nothing was deleted; "
            "set 'protected: false' in its file, deploy, and run this again"
        )
    clouds = Clouds.of(connect)
    clouds.at(target.place())
    steps = []
    for address, state in reversed(owned_stacks(target, clouds, taken_over)):
        cloud = clouds.at(address.place)
        _check(state, address)
        if address.scope is Scope.SHARED:
            _check_users(target, state, cloud)
        steps.append(_step(cloud, address, state))
    if target.scope is Scope.ACCOUNT:
        _check_unused(target, clouds.at(target.place()))
    return DestroyPlan(target.name, tuple(steps))


def execute_destroy(
    plan: DestroyPlan,
    connect: Connect,
    *,
    emit: Emit = ignore,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[Outcome, ...]:
    """Delete the stacks of `plan` in its order; raise DeploymentError at the first that fails."""
    return carry_out(plan.steps, connect, _delete, emit=emit, pause=pause)


def _delete(run: Run, step: DestroyStep) -> Outcome:
    state = run.cloud.stack(step.stack_id)
    if state is None or state.status == "DELETE_COMPLETE":
        return Outcome(step.address, Result.ABSENT)
    if state.status == _DELETING:
        mark = mark_start(run, step.stack_id)
        run.emit(Attached(step.address, state.status, mark.expected))
    else:
        mark = mark_now(run, step.stack_id)
        run.emit(Requesting(step.address, "delete"))
        run.cloud.delete_stack(step.stack_id, None)
        run.emit(Executing(step.address, "delete", mark.expected))
    follow(run, state, mark).require_success("DELETE_COMPLETE")
    return Outcome(step.address, Result.DELETED)


def _check(state: StackState, address: StackAddress) -> None:
    if state.protected:
        operation = "update-termination-protection --no-enable-termination-protection"
        command = stack_command(address, operation)
        raise RefusedError(
            Problem(str(address), f"has termination protection; to disable it, {command}")
        )
    if is_running(state.status) and state.status != _DELETING:
        raise RefusedError(Problem(str(address), f"is {state.status}; wait until it has ended"))


def _check_unused(target: Target, cloud: Cloud) -> None:
    own = {address.name for address in steps_of(target)}
    others = [s.name for s in cloud.project_stacks(target.project) if s.name not in own]
    if others:
        raise RefusedError.of(
            Problem(name, "still needs this account's roots; destroy its environment first")
            for name in others
        )


def _check_users(target: Target, shared: StackState, cloud: Cloud) -> None:
    """Refuse while other stacks have parameters with values from only this stack's outputs."""
    own = {address.name for address in steps_of(target)}
    echoed = {*shared.parameters.values(), "true", "false"}
    given = {v for v in shared.outputs.values() if v not in echoed and len(v) >= _UNIQUE}
    users = [
        state.name
        for state in cloud.project_stacks(target.project)
        if state.name not in own and given & set(state.parameters.values())
    ]
    if users:
        text = f"uses outputs of {shared.name}; destroy its environment first"
        raise RefusedError.of(Problem(name, text) for name in users)


def _step(cloud: Cloud, address: StackAddress, state: StackState) -> DestroyStep:
    """Return the step with the resources of a stack and of those below it, kept and deleted."""
    deployed = deployed_root(cloud, state.stack_id)
    kept = deployed.stateful()
    others = {p: r for p, r in deployed.resources.items() if r.physical_id and p not in kept}
    return DestroyStep(address, state.stack_id, _members(kept), _members(others))


def _members(resources: Mapping[str, StackResource]) -> tuple[Member, ...]:
    return tuple(Member(path, r.type, r.physical_id) for path, r in resources.items())
