"""Previews of a plan: its changes, without making them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from tidegen.deployment.change_sets import (
    NoChangesError,
    create_change_set,
    delete_change_set,
    deploy_request,
)
from tidegen.deployment.events import Emit, Preview, ignore
from tidegen.deployment.imports.moving import unfinished_moves
from tidegen.deployment.leftovers import read_leftovers
from tidegen.deployment.port import Connect
from tidegen.deployment.protection import is_protected
from tidegen.deployment.reading.changes import changes_between, changes_of
from tidegen.deployment.reading.deployed_roots import (
    existing_resources,
    nested_by_hand,
    wanted_resources,
)
from tidegen.deployment.run import Clouds, Run
from tidegen.deployment.settings import SettingsFactory, no_settings
from tidegen.deployment.settling import idle_readings, readings
from tidegen.errors import Problem
from tidegen.planning.changes import ResourceChange
from tidegen.planning.first_deploy import creation_step
from tidegen.planning.forecast import forecast
from tidegen.planning.leftovers import leftover_problems
from tidegen.planning.model import Plan, ResolvedStep, RootStep, StackAddress, StackState
from tidegen.planning.parameters import known_step, unresolved
from tidegen.planning.settings import SettingReading
from tidegen.planning.states import NextAction, is_to_be_created, is_up_to_date, next_action


def preview(
    plan: Plan,
    connect: Connect,
    *,
    change_sets: bool = False,
    emit: Emit = ignore,
    pause: Callable[[float], None] = time.sleep,
    settings: SettingsFactory = no_settings,
    thorough: bool = False,
) -> tuple[Preview, ...]:
    """Return the changes of each step, and the settings to apply after it.

    With `thorough` the nested templates of unchanged roots are compared with the pinned hashes.
    By default a forecast that only reads. With `change_sets` CloudFormation predicts the changes of
    deployed stacks: templates are uploaded, and the change set is deleted again.
    """
    clouds = Clouds.of(connect)
    foreign = {item.address for item in plan.foreign}
    previews: list[Preview] = []
    for step in plan.sequence:
        run = clouds.run(step.address, emit, pause, settings)
        if plan.retiring and step.address in {shown.step.address for shown in previews}:
            previews.append(_again(plan, plan.retiring, step))
            continue
        state = plan.states.get(step.address)
        exact = change_sets and step.address not in foreign
        shown = _preview(run, step, state, plan.outputs, exact=exact)
        problems = () if step.address in foreign else _problems(run, shown, state, plan.environment)
        if thorough and state:
            shown = _with_by_hand(run, shown, state)
        others_changed = any(not before.unchanged or before.settings for before in previews)
        complete = bool(state and shown.unchanged and is_protected(run, shown.step, state))
        suspect = others_changed or not complete
        read = _readings(run, shown, state, suspect=suspect)
        previews.append(
            replace(
                shown, readings=read, note=plan.note(step), problems=problems, complete=complete
            )
        )
    return tuple(previews)


def _again(plan: Plan, before: RootStep, step: RootStep) -> Preview:
    """Return the forecast of a root's second step, with the first as deployed."""
    old, new = (
        wanted_resources(known_step(item, plan.outputs), plan.states.get(item.address))
        for item in (before, step)
    )
    return Preview(
        step=known_step(step, plan.outputs),
        next_action=NextAction.UPDATE,
        changes=forecast(old, new),
        note=plan.note(step),
    )


def _with_by_hand(run: Run, shown: Preview, state: StackState) -> Preview:
    """Return the preview with the nested stacks that were updated past their root.

    A changed root restores them with its own changes. An unchanged one is not deployed: `restored`
    holds the changes of a deploy that restores them.
    """
    if shown.next_action is not NextAction.UPDATE:
        return shown
    if not shown.unchanged:  # its forecast has read the templates
        return replace(shown, by_hand=run.deployed_roots.of(run.cloud, state).by_hand)
    resources = existing_resources(run.cloud, state.stack_id)
    by_hand = nested_by_hand(run.cloud, state.stack_id, resources)
    if not by_hand:
        return shown
    step = known_step(shown.step, {})
    return replace(shown, by_hand=by_hand, restored=changes_of(run, step, state, None))


def _readings(
    run: Run, shown: Preview, state: StackState | None, *, suspect: bool
) -> tuple[SettingReading, ...]:
    """Return the settings as a deploy would read them, with the same calls."""
    if state and shown.unchanged:
        return idle_readings(run, state, suspect=suspect)
    deployed = state if shown.next_action is NextAction.UPDATE else None
    return readings(run, deployed.outputs if deployed else None)


def _preview(
    run: Run,
    step: RootStep,
    state: StackState | None,
    known: Mapping[StackAddress, Mapping[str, str]],
    *,
    exact: bool,
) -> Preview:
    status = state.status if state else None
    wanted = next_action(status)
    waiting = unresolved(step, known)
    step = known_step(step, known)
    if wanted is NextAction.DELETE_FIRST:
        state = None  # what is left of it is deleted, and everything is created
    deployed = None if is_to_be_created(status) else state
    if waiting:
        pending = tuple(sorted({item.address for item in waiting}, key=str))
        shown = _forecast(run, step, state, deployed, wanted)
        return replace(shown, pending=pending, status=status)
    if state and is_up_to_date(state.status, state.digest, step.digest):
        return Preview(step=step, next_action=wanted, unchanged=True, status=status)
    if exact and wanted is NextAction.UPDATE:
        changes = changes_of(run, step, deployed, _from_change_set(run, step))
        return Preview(step=step, next_action=wanted, changes=changes, status=status)
    return replace(_forecast(run, step, state, deployed, wanted), status=status)


def _problems(
    run: Run, shown: Preview, state: StackState | None, environment: str
) -> tuple[Problem, ...]:
    """Return the reasons to refuse the step that only its deployed stack shows."""
    if state is None or shown.unchanged:
        return ()
    if shown.next_action is NextAction.DELETE_FIRST:
        leftovers = read_leftovers(run, shown.step, state)
        address = shown.step.address
        problems = leftover_problems(environment, address, state.status, leftovers)
        return tuple(sorted(problems)) if leftovers else ()
    if shown.next_action is NextAction.UPDATE:
        return unfinished_moves(run.deployed_roots.of(run.cloud, state))
    return ()


def _forecast(
    run: Run,
    step: ResolvedStep,
    state: StackState | None,
    deployed: StackState | None,
    wanted: NextAction,
) -> Preview:
    """Return the forecast of an update, or of both updates of a first deploy."""
    first = creation_step(step, state)
    changes = changes_of(run, first or step, deployed, None)
    later = changes_between(first, step, deployed) if first else ()
    return Preview(step=step, next_action=wanted, changes=changes, later=later)


def _from_change_set(run: Run, step: ResolvedStep) -> tuple[ResourceChange, ...]:
    request = deploy_request(run, step, NextAction.UPDATE)
    try:
        change_set = create_change_set(run, request, new_stack=False)
    except NoChangesError:
        return ()
    delete_change_set(run, change_set, new_stack=False)
    return change_set.changes
