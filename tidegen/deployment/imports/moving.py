"""Executing moves: the old nested stack releases a resource, then the new one imports it."""

import json
import time
from collections.abc import Callable, Collection, Iterable, Mapping

from tidegen.cloudformation.resources import TemplateBody
from tidegen.cloudformation.stateful import protected_ids, stack_policy
from tidegen.deployment.change_sets import create_change_set, execute_change_set, template_request
from tidegen.deployment.events import Emit, Outcome, ignore
from tidegen.deployment.imports.run import execute_import
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.reading.changes import changes_of
from tidegen.deployment.reading.deployed_roots import (
    DeployedRoot,
    deployed_template,
    physical_ids,
    wanted_templates,
)
from tidegen.deployment.reading.imports import import_plan
from tidegen.deployment.run import Clouds, Run
from tidegen.deployment.uploads import upload_template
from tidegen.errors import DeploymentError, Problem, RefusedError
from tidegen.planning.mangled import check_unmangled
from tidegen.planning.model import Plan, ResolvedStep, StackState
from tidegen.planning.moving import (
    Known,
    Move,
    begun_moves,
    check_asked,
    known_attributes,
    moves_of,
    parameters_between,
    root_between,
    without_resources,
)
from tidegen.planning.ownership import require_owned
from tidegen.planning.parameters import known_step
from tidegen.planning.policies import require_no_policies
from tidegen.planning.states import NextAction, next_action

Moves = tuple[tuple[ResolvedStep, tuple[Move, ...]], ...]


def planned_moves(plan: Plan, asked: Collection[str], connect: Connect) -> Moves:
    """Return each root with the requested moves, and those that an interrupted run has begun in it.

    A begun move has no old path any more. Raises InputError for a path that does not move.
    """
    clouds = Clouds.of(connect)
    planned = []
    possible: set[str] = set()
    for step in plan.steps:
        state = plan.states.get(step.address)
        if state is None or next_action(state.status) is not NextAction.UPDATE or not asked:
            continue
        cloud = clouds.at(step.address.place)
        resolved = known_step(step, plan.outputs)
        moves, paths = _moves_in(cloud, resolved, state, asked)
        possible |= paths
        if moves:
            planned.append((resolved, moves))
    check_asked(asked, possible)
    return tuple(planned)


def _moves_in(
    cloud: Cloud, step: ResolvedStep, state: StackState, asked: Collection[str]
) -> tuple[tuple[Move, ...], set[str]]:
    """Return the moves in one root, and the paths of all that could move or exist already."""
    run = Run(cloud=cloud, address=step.address)
    changes = changes_of(run, step, state, None)
    deployed = run.deployed_roots.of(cloud, state)
    for name, wanted in wanted_templates(step).items():
        check_unmangled(name or step.stack_name, deployed.templates.get(name, {}), wanted)
    begun = begun_moves(deployed.templates.get("", {}))
    physical = {path: resource.physical_id for path, resource in deployed.resources.items()}
    paths = (
        {change.path for change in changes if change.moved_from} | begun.keys() | physical.keys()
    )
    unfinished = tuple(Move("", p, "", text) for p, text in begun.items() if p not in physical)
    return (*unfinished, *moves_of(changes, asked, physical)), paths


def execute_moves(
    plan: Plan,
    moves: Moves,
    connect: Connect,
    *,
    emit: Emit = ignore,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[Outcome, ...]:
    """Execute `moves`; the deploy afterwards has nothing left to do for them.

    Interrupted anywhere and run again it ends the same: the root's template records resources that
    have left their stack, with their identifiers, until the next deploy replaces that template.
    """
    require_owned(plan.foreign)
    require_no_policies((*plan.held, *plan.overridden))
    clouds = Clouds.of(connect)
    outcomes: list[Outcome] = []
    for step, items in moves:
        state = plan.states[step.address]
        assert state is not None  # planned so
        run = clouds.run(step.address, emit, pause)
        leaving = [move for move in items if move.old]
        if leaving:
            release_resources(run, step, state, leaving)
        requested = {f"{step.scope}:{move.new}": move.identifier for move in items}
        imports = import_plan(plan, requested, clouds, moving=True)
        outcomes += execute_import(plan, imports, clouds, emit=emit, pause=pause)
    return tuple(outcomes)


def release_resources(
    run: Run, step: ResolvedStep, state: StackState, moves: Iterable[Move]
) -> None:
    """Remove the resources from the old nested stacks, by an update of the root; they are kept."""
    root = deployed_template(run.cloud, state.stack_id)
    nested = physical_ids(run.cloud, state.stack_id)
    leaving: dict[str, list[Move]] = {}
    for move in moves:
        leaving.setdefault(move.old.rpartition("/")[0], []).append(move)
    if "" in leaving:
        text = "is in the root itself; only resources of nested stacks can be moved"
        raise RefusedError(Problem(leaving[""][0].old, text))
    urls = {
        name: upload_template(
            run, step, f"{name.lower()}.json", _reduced(run, nested[name], inside)
        )
        for name, inside in leaving.items()
    }
    text = json.dumps(root_between(root, urls, moves), indent=1)
    ids = {
        nested[name]: {move.old.rpartition("/")[2] for move in inside}
        for name, inside in leaving.items()
    }
    _update(run, step, state, upload_template(run, step, "root.json", text), ids)


def _reduced(run: Run, stack_id: str, moves: Iterable[Move]) -> str:
    """Return the text of a nested stack's template without the resources that leave."""
    state = run.cloud.stack(stack_id)
    outputs = state.outputs if state else {}
    template = deployed_template(run.cloud, stack_id)
    known = {
        logical_id: Known(move.leaving, _attributes(run.cloud, template, move, outputs))
        for move in moves
        for logical_id in (move.old.rpartition("/")[2],)
    }
    return json.dumps(without_resources(template, known, outputs), indent=1)


def _attributes(
    cloud: Cloud, template: TemplateBody, move: Move, outputs: Mapping[str, str]
) -> dict[str, str]:
    """Return a resource's known attributes: from Cloud Control where allowed, and from outputs."""
    existing = cloud.existing(move.type, move.leaving) or {}
    texts = {name: value for name, value in existing.items() if isinstance(value, str)}
    return {**texts, **known_attributes(template, move.old.rpartition("/")[2], outputs)}


def _update(
    run: Run, step: ResolvedStep, state: StackState, url: str, leaving: Mapping[str, set[str]]
) -> None:
    """Update the root; `leaving`, stack id → logical ids, may be deleted only during the update.

    The root's policy is relaxed first: it shows the next run that this one was interrupted.
    """
    parameters = parameters_between(state.parameters)
    request = template_request(step, "move", NextAction.UPDATE, parameters, url=url)
    change_set = create_change_set(run, request, new_stack=False)
    before = {stack: run.cloud.stack_policy(stack) or "" for stack in (state.stack_id, *leaving)}
    if before[state.stack_id]:
        run.cloud.set_stack_policy(state.stack_id, stack_policy(()))
    for stack, ids in leaving.items():
        run.cloud.set_stack_policy(stack, stack_policy(protected_ids(before[stack]) - ids))
    try:
        execute_change_set(run, change_set, state, "update").require_success()
    except DeploymentError:
        _restore(run, before, state.stack_id)
        raise


def _restore(run: Run, before: Mapping[str, str], root: str) -> None:
    """Restore the policies as they were before, the root's last."""
    for stack in sorted(before, key=lambda stack: stack == root):
        if before[stack]:
            run.cloud.set_stack_policy(stack, before[stack])


def check_no_move(deployed: DeployedRoot) -> None:
    """Refuse to deploy over a begun move."""
    problems = unfinished_moves(deployed)
    if problems:
        raise RefusedError.of(problems)


def unfinished_moves(deployed: DeployedRoot) -> tuple[Problem, ...]:
    """Return a problem for each begun move: its resource has left one stack and is in none yet."""
    begun = begun_moves(deployed.templates.get("", {}))
    unfinished = {path: text for path, text in begun.items() if path not in deployed.resources}
    return tuple(
        Problem(
            path,
            f"the move of {identifier} to this path was interrupted; run the same deploy with "
            f"--move {path}, or import it at its final path",
        )
        for path, identifier in unfinished.items()
    )
