"""Continuing rollbacks that failed, and undoing operations that were not rolled back.

The resources to skip are named one by one.

AWS docs, "Continue rolling back an update": CloudFormation assumes that a skipped resource is as it
was before the update, even if it is not; a resource of a nested stack is named
`<nested stack's name>.<logical id>`.
"""

import re
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from tidegen.cloudformation.resources import stack_name
from tidegen.deployment.events import Emit, Executing, Outcome, Requesting, Result, ignore
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.reading.deployed_roots import DeployedRoot, deployed_root
from tidegen.deployment.reading.ownership import owned_stacks
from tidegen.deployment.run import Clouds, Run, carry_out
from tidegen.deployment.watch import follow, mark_now
from tidegen.errors import InputError, Problem
from tidegen.planning.model import StackAddress, StackResource, StackState
from tidegen.planning.states import NextAction, keeps_failed, next_action
from tidegen.planning.steps import Target

_FAILED = re.compile(r"resource\(s\) failed to \w+: \[(.*?)\]")
#: Whether an operation is undone → the statuses of success. A stack without a stable state before
#: the operation is emptied, or deleted (API_RollbackStack).
_ENDS = {
    False: ("UPDATE_ROLLBACK_COMPLETE",),
    True: ("UPDATE_ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE", "DELETE_COMPLETE"),
}


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    """A resource that the rollback could not restore, and the consequence of skipping it."""

    path: str
    type: str
    physical_id: str
    reason: str
    skip_name: str
    skipped: bool = False
    stateful: bool = False

    @property
    def consequence(self) -> str:
        """The consequence of skipping."""
        kept = "; it holds state: check its data first" if self.stateful else ""
        return (
            "CloudFormation assumes that it is as before the update; if it is not, its next update "
            f"fails or changes more than planned{kept}"
        )


@dataclass(frozen=True)
class RollbackStep:
    """A root stack whose rollback is continued, or whose failed operation is undone."""

    address: StackAddress
    state: StackState
    unfinished: tuple[Unfinished, ...]

    @property
    def undoes(self) -> bool:
        """Whether the failed operation kept what it had created, and is undone from its start."""
        return keeps_failed(self.state.status)

    @property
    def skipped(self) -> tuple[str, ...]:
        """The names of the resources that CloudFormation skips."""
        return tuple(item.skip_name for item in self.unfinished if item.skipped)


@dataclass(frozen=True)
class RollbackPlan:
    """The rollbacks to continue, in this order."""

    environment: str
    steps: tuple[RollbackStep, ...]


def rollback_plan(
    target: Target,
    connect: Connect,
    skip: Collection[str] = (),
    taken_over: Collection[str] = (),
) -> RollbackPlan:
    """Return the rollbacks of `target` to continue or to start.

    `skip` holds paths such as `Network/Vpc`.

    Raises InputError for a path to skip whose rollback did not fail, RefusedError for a stack of
    another owner that `taken_over` does not name.
    """
    clouds = Clouds.of(connect)
    clouds.at(target.place())
    steps = []
    for address, state in owned_stacks(target, clouds, taken_over):
        cloud = clouds.at(address.place)
        continued = next_action(state.status) is NextAction.CONTINUE_ROLLBACK
        if continued or keeps_failed(state.status):
            steps.append(RollbackStep(address, state, _unfinished(cloud, state, skip)))
    known = {item.path for step in steps if not step.undoes for item in step.unfinished}
    unknown = sorted(set(skip) - known)
    if unknown:
        names = ", ".join(sorted(known)) or "none"
        raise InputError.of(
            Problem(path, f"is not a resource whose rollback failed; those are: {names}")
            for path in unknown
        )
    return RollbackPlan(target.name, tuple(steps))


def execute_rollback(
    plan: RollbackPlan,
    connect: Connect,
    *,
    emit: Emit = ignore,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[Outcome, ...]:
    """Continue or start each rollback of `plan`; raise DeploymentError at the first that fails."""
    return carry_out(plan.steps, connect, _continue, emit=emit, pause=pause)


def _continue(run: Run, step: RollbackStep) -> Outcome:
    mark = mark_now(run, step.state.stack_id)
    run.emit(Requesting(step.address, "rollback"))
    if step.undoes:
        run.cloud.undo_failed(step.state.stack_id, None)
    else:
        run.cloud.continue_rollback(step.state.stack_id, None, step.skipped)
    run.emit(Executing(step.address, "rollback", mark.expected))
    followed = follow(run, step.state, mark)
    ended = followed.require_success(*_ENDS[step.undoes])
    return Outcome(step.address, Result.ROLLED_BACK, ended.outputs, followed.left)


def _unfinished(cloud: Cloud, state: StackState, skip: Collection[str]) -> tuple[Unfinished, ...]:
    """Return the resources that failed; a nested stack only if its own stack is gone."""
    deployed = deployed_root(cloud, state.stack_id)
    members = {**deployed.resources, **deployed.nested}
    return tuple(
        _entry(deployed, path, members[path], skip)
        for path in sorted(set(_failed_paths(cloud, deployed, state)))
    )


def _failed_paths(cloud: Cloud, deployed: DeployedRoot, state: StackState) -> Iterator[str]:
    """Yield the paths of what failed, by its status in the listing or by its stack's reason."""
    for path, resource in deployed.resources.items():
        if resource.status.endswith("_FAILED"):
            yield path
    named = failed_names(state.reason)
    yield from (name for name in named if name in deployed.resources)
    for name, nested in deployed.nested.items():
        if name not in named and not nested.status.endswith("_FAILED"):
            continue
        own = cloud.stack(nested.physical_id)
        inner = [f"{name}/{item}" for item in failed_names(own.reason if own else "")]
        if _is_gone(own) and not any(p.startswith(f"{name}/") for p in deployed.resources):
            yield name
        yield from (path for path in inner if path in deployed.resources)


def _is_gone(nested: StackState | None) -> bool:
    """Return whether a nested stack is deleted; only then it can be skipped itself.

    API_ContinueUpdateRollback, ResourcesToSkip: "its corresponding embedded stack must be in one of
    the following states: DELETE_IN_PROGRESS, DELETE_COMPLETE, or DELETE_FAILED".
    """
    return nested is None or nested.status.startswith("DELETE_")


def failed_names(reason: str) -> tuple[str, ...]:
    """Return the logical ids in a reason such as `The following resource(s) failed to ...: [A]`."""
    listed = _FAILED.search(reason)
    return tuple(name.strip() for name in listed[1].split(",")) if listed else ()


def _entry(
    deployed: DeployedRoot, path: str, resource: StackResource, skip: Collection[str]
) -> Unfinished:
    stack = path.rpartition("/")[0]
    prefix = f"{stack_name(deployed.nested[stack].physical_id)}." if stack else ""
    return Unfinished(
        path=path,
        type=resource.type,
        physical_id=resource.physical_id,
        reason=resource.reason,
        skip_name=f"{prefix}{resource.logical_id}",
        skipped=path in skip,
        stateful=deployed.is_stateful(path),
    )
