"""Continuing rollbacks that failed, with the resources to skip named one by one.

AWS docs, "Continue rolling back an update": CloudFormation assumes that a skipped resource is as it
was before the update, even if it is not; a resource of a nested stack is named
`<nested stack's name>.<logical id>`.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from tidegen.deployment.events import Emit, Executing, Outcome, Result, ignore
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.reading.deployed_roots import DeployedRoot, deployed_root
from tidegen.deployment.reading.ownership import owned_stacks
from tidegen.deployment.run import Clouds, Run, carry_out
from tidegen.deployment.watch import follow, mark_now
from tidegen.errors import InputError, Problem
from tidegen.planning.model import StackAddress, StackResource, StackState
from tidegen.planning.states import NextAction, next_action
from tidegen.planning.steps import Target


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
    """A root stack whose rollback is continued."""

    address: StackAddress
    state: StackState
    unfinished: tuple[Unfinished, ...]

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
    """Return the failed rollbacks of `target`; `skip` holds paths such as `Network/Vpc`.

    Raises InputError for a path to skip whose rollback did not fail, RefusedError for a stack of
    another owner that `taken_over` does not name.
    """
    clouds = Clouds.of(connect)
    clouds.at(target.place())
    steps = []
    for address, state in owned_stacks(target, clouds, taken_over):
        cloud = clouds.at(address.place)
        if next_action(state.status) is NextAction.CONTINUE_ROLLBACK:
            steps.append(RollbackStep(address, state, _unfinished(cloud, state, skip)))
    known = {item.path for step in steps for item in step.unfinished}
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
    """Continue each rollback of `plan`; raise DeploymentError at the first that fails again."""
    return carry_out(plan.steps, connect, _continue, emit=emit, pause=pause)


def _continue(run: Run, step: RollbackStep) -> Outcome:
    mark = mark_now(run, step.state.stack_id)
    run.cloud.continue_rollback(step.state.stack_id, None, step.skipped)
    run.emit(Executing(step.address, "rollback", mark.expected))
    followed = follow(run, step.state, mark)
    ended = followed.require_success("UPDATE_ROLLBACK_COMPLETE")
    return Outcome(step.address, Result.ROLLED_BACK, ended.outputs, followed.left)


def _unfinished(cloud: Cloud, state: StackState, skip: Collection[str]) -> tuple[Unfinished, ...]:
    """Return the resources with a failed status, without the nested stacks."""
    deployed = deployed_root(cloud, state.stack_id)
    return tuple(
        _entry(deployed, path, resource, skip)
        for path, resource in deployed.resources.items()
        if resource.status.endswith("_FAILED")
    )


def _entry(
    deployed: DeployedRoot, path: str, resource: StackResource, skip: Collection[str]
) -> Unfinished:
    stack = path.rpartition("/")[0]
    prefix = f"{_name_of(deployed.nested[stack].physical_id)}." if stack else ""
    return Unfinished(
        path=path,
        type=resource.type,
        physical_id=resource.physical_id,
        reason=resource.reason,
        skip_name=f"{prefix}{resource.logical_id}",
        skipped=path in skip,
        stateful=deployed.is_stateful(path),
    )


def _name_of(stack_id: str) -> str:
    """Return the name in a stack's ARN, `arn:aws:cloudformation:r:a:stack/NAME/id`."""
    return stack_id.split("/")[1] if "/" in stack_id else stack_id
