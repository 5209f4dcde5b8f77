"""Bring back what was changed by hand: nested templates, then the properties of resources."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import replace

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.deployment.change_sets import (
    NoChangesError,
    create_change_set,
    delete_change_set,
    execute_change_set,
    unique_name,
)
from tidegen.deployment.events import Emit, Outcome, Result, ignore
from tidegen.deployment.port import Connect
from tidegen.deployment.reading.deployed_roots import (
    deployed_resources,
    existing_resources,
    nested_by_hand,
)
from tidegen.deployment.reading.drift import detect_drift, drift_checks
from tidegen.deployment.run import Clouds, Run, carry_out
from tidegen.errors import DeploymentError, TidegenError
from tidegen.planning.changes import Action, Change, ChangeSet, PropertyChange, ResourceChange
from tidegen.planning.comparison import merge_forecast
from tidegen.planning.digest import DIGEST
from tidegen.planning.drift import DriftPlan, StackDrift
from tidegen.planning.guards import guard_changes
from tidegen.planning.model import Plan, ResolvedStep, StackState
from tidegen.planning.ownership import require_owned
from tidegen.planning.parameters import known_step
from tidegen.planning.reverting import RevertPlan, RevertRequest, RevertStep
from tidegen.planning.states import NextAction, next_action


def with_restored_templates(plan: Plan, connect: Connect) -> Plan:
    """Return the plan in which roots are deployed too whose nested stacks were updated past them.

    Such a root counts as one without digest: its update restores the templates that it pins.
    """
    clouds = Clouds.of(connect)
    states = dict(plan.states)
    for step in plan.steps:
        state = states.get(step.address)
        if state and next_action(state.status) is NextAction.UPDATE:
            cloud = clouds.at(step.address.place)
            resources = existing_resources(cloud, state.stack_id)
            if nested_by_hand(cloud, state.stack_id, resources):
                outputs = {k: v for k, v in state.outputs.items() if k != DIGEST}
                states[step.address] = replace(state, outputs=outputs)
    return replace(plan, states=states)


def revert_plan(
    plan: Plan,
    connect: Connect,
    *,
    allowed: Collection[str] = (),
    pause: Callable[[float], None] = time.sleep,
) -> RevertPlan:
    """Detect the drift of all stacks; return the changes that bring it back.

    Each stack with drift gets a change set. Raises RefusedError, and deletes all of them, where a
    guard refuses a change.
    """
    require_owned(plan.foreign)
    clouds = Clouds.of(connect)
    steps: list[RevertStep] = []
    try:
        for step in plan.steps:
            run = clouds.run(step.address, ignore, pause)
            steps += _root_steps(run, known_step(step, plan.outputs), plan)
        guard_changes([change for item in steps for change in item.changes], allowed)
    except BaseException:
        drop(RevertPlan(plan.environment, tuple(steps)), connect)
        raise
    return RevertPlan(plan.environment, tuple(steps))


def drop(plan: RevertPlan, connect: Connect) -> None:
    """Delete the change sets of a plan that is not executed."""
    clouds = Clouds.of(connect)
    for step in plan.steps:
        if step.change_set_id:
            with suppress(TidegenError):  # only tidying up
                clouds.at(step.address.place).delete_change_set(step.change_set_id)


def execute_revert(
    plan: RevertPlan,
    connect: Connect,
    *,
    emit: Emit = ignore,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[Outcome, ...]:
    """Execute the change sets of `plan`; raise DeploymentError at the first that fails."""
    steps = [step for step in plan.steps if step.change_set_id]
    return carry_out(steps, connect, _revert, emit=emit, pause=pause)


def _revert(run: Run, step: RevertStep) -> Outcome:
    change_set = run.cloud.change_set(step.change_set_id)
    followed = execute_change_set(run, change_set, step.state, "update")
    ended = followed.require_success()
    outputs = {} if step.path else ended.outputs
    return Outcome(step.address, Result.REVERTED, outputs, followed.left)


def _root_steps(run: Run, step: ResolvedStep, plan: Plan) -> Iterator[RevertStep]:
    state = run.cloud.stack(step.stack_name)
    if state is None or next_action(state.status) is not NextAction.UPDATE:
        return
    checks = DriftPlan(plan.environment, tuple(drift_checks(run.cloud, step.address)))
    drifts = detect_drift(checks, lambda _: run.cloud, pause=run.pause)
    for check, drift in zip(checks.checks, drifts, strict=True):
        own = run.cloud.stack(check.stack_id)
        if drift.drifted and own:
            item = RevertStep(address=step.address, path=check.path, state=own)
            yield _step(run, step, state, item, drift)


def _step(
    run: Run, step: ResolvedStep, root: StackState, item: RevertStep, drift: StackDrift
) -> RevertStep:
    """Return the step with its change set, and what that would change."""
    request = RevertRequest(
        stack=item.state.stack_id,
        name=unique_name("revert"),
        parameters=tuple(sorted(item.state.parameters)),
        service_role=step.service_role,
    )
    try:
        change_set = create_change_set(run, request, new_stack=False)
    except NoChangesError:
        return replace(item, reason="CloudFormation finds nothing to change; change it by hand")
    except DeploymentError as error:
        return replace(item, reason=error.problems[0].message)
    changes = _changes(run, step, root, item.path, change_set)
    if not changes:
        delete_change_set(run, change_set, new_stack=False)
        return replace(item, reason="CloudFormation would change no resource; change it by hand")
    explained = tuple(_explained(change, drift) for change in changes)
    return replace(item, change_set_id=change_set.change_set_id, changes=explained)


def _explained(change: Change, drift: StackDrift) -> Change:
    """Return the change with the values of the detection, where the change set has none."""
    if change.details:
        return change
    details = tuple(
        PropertyChange(
            name=item.path.strip("/").replace("/", "."), before=item.actual, after=item.expected
        )
        for resource in drift.drifted
        if resource.logical_id == change.logical_id
        for item in resource.differences
    )
    return replace(change, details=details)


def _changes(
    run: Run, step: ResolvedStep, root: StackState, path: str, change_set: ChangeSet
) -> tuple[Change, ...]:
    """Return the changes by their paths from the root, without a forecast, which knows no drift."""
    templates = run.deployed_roots.of(run.cloud, root).templates
    changes = change_set.changes
    if path:
        nested = ResourceChange(
            logical_id=path, type=STACK_TYPE, action=Action.MODIFY, children=changes
        )
        changes = (nested,)
    listed = merge_forecast((), changes, deployed_resources(step, root, templates))
    return tuple(replace(change, otherwise=None) for change in listed)
