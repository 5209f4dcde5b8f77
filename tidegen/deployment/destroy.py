"""Deleting an environment's stacks; resources that hold state are kept and listed."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tidegen.contract import Scope
from tidegen.deployment.events import Emit, Executing, Outcome, Result, ignore
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.reading.deployed_roots import deployed_root
from tidegen.deployment.run import Clouds, Run, carry_out
from tidegen.deployment.watch import follow, mark_now
from tidegen.errors import Problem, RefusedError
from tidegen.planning.model import StackAddress, StackState
from tidegen.planning.states import is_running
from tidegen.planning.steps import Target, steps_of

#: Characters; a value at least this long is taken to be unique to one stack: an ARN or an id.
_UNIQUE = 8


@dataclass(frozen=True)
class Retained:
    """A resource that is kept when its stack is deleted."""

    path: str
    type: str
    physical_id: str


@dataclass(frozen=True)
class DestroyStep:
    """A root stack to delete."""

    address: StackAddress
    stack_id: str
    retained: tuple[Retained, ...] = ()


@dataclass(frozen=True)
class DestroyPlan:
    """The root stacks to delete, in this order."""

    environment: str
    steps: tuple[DestroyStep, ...]


def destroy_plan(target: Target, connect: Connect) -> DestroyPlan:
    """Return the plan to delete `target`; raise RefusedError if it is protected or still needed."""
    if target.protected:
        raise RefusedError(
            f"environment '{target.name}' is protected; nothing was deleted; "
            "set 'protected: false' in its file, deploy, and run this again"
        )
    clouds = Clouds.of(connect)
    clouds.at(target.place())
    steps = []
    for address in reversed(steps_of(target)):
        cloud = clouds.at(address.place)
        state = cloud.stack(address.name)
        if state is not None:
            _check(state, address)
            if address.scope is Scope.SHARED:
                _check_users(target, state, cloud)
            steps.append(DestroyStep(address, state.stack_id, _retained(cloud, state.stack_id)))
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
    mark = mark_now(run, step.stack_id)
    run.emit(Executing(step.address, "delete", mark.expected))
    run.cloud.delete_stack(step.stack_id, None)
    follow(run, state, mark).require_success("DELETE_COMPLETE")
    return Outcome(step.address, Result.DELETED)


def _check(state: StackState, address: StackAddress) -> None:
    if state.protected:
        raise RefusedError(
            Problem(str(address), "has termination protection; disable it by hand first")
        )
    if is_running(state.status):
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


def _retained(cloud: Cloud, stack_id: str) -> tuple[Retained, ...]:
    """Return the resources that are kept of a stack and of those below it."""
    return tuple(
        Retained(path, resource.type, resource.physical_id)
        for path, resource in deployed_root(cloud, stack_id).stateful().items()
    )
