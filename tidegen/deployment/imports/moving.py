"""Carrying moves out: out of the old nested stack by its root, then into the new one."""

import json
import time
from collections.abc import Callable, Collection, Iterable, Mapping

from tidegen.cloudformation.resources import TemplateBody
from tidegen.cloudformation.stateful import protected_ids, stack_policy
from tidegen.cloudformation.text import parse_template
from tidegen.deployment.change_sets import create_change_set, execute_change_set, template_request
from tidegen.deployment.events import Emit, Outcome, ignore
from tidegen.deployment.imports.run import execute_import
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.reading.changes import changes_of
from tidegen.deployment.reading.deployed_roots import DeployedRoot
from tidegen.deployment.reading.imports import import_plan
from tidegen.deployment.run import Clouds, Run
from tidegen.deployment.uploads import upload_template
from tidegen.errors import DeploymentError, Problem, RefusedError
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
from tidegen.planning.parameters import known_step
from tidegen.planning.states import NextAction, next_action

Moves = tuple[tuple[ResolvedStep, tuple[Move, ...]], ...]


def planned_moves(plan: Plan, asked: Collection[str], connect: Connect) -> Moves:
    """Each root with the moves asked for, and those that an interrupted run has begun in it.

    A move that was begun has no old place any more. Raises InputError for what does not move.
    """
    clouds = Clouds.of(connect)
    found = []
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
            found.append((resolved, moves))
    check_asked(asked, possible)
    return tuple(found)


def _moves_in(
    cloud: Cloud, step: ResolvedStep, state: StackState, asked: Collection[str]
) -> tuple[tuple[Move, ...], set[str]]:
    """The moves in one root, and the paths of all that could be, or stand already."""
    run = Run(cloud=cloud, address=step.address)
    changes = changes_of(run, step, state, None)
    there = run.deployed_roots.of(cloud, state)
    begun = begun_moves(there.templates.get("", {}))
    physical = {path: resource.physical_id for path, resource in there.resources.items()}
    paths = (
        {change.path for change in changes if change.moved_from} | begun.keys() | physical.keys()
    )
    going = tuple(Move("", p, "", text) for p, text in begun.items() if p not in physical)
    return (*going, *moves_of(changes, asked, physical)), paths


def carry_moves(
    plan: Plan,
    moves: Moves,
    connect: Connect,
    *,
    emit: Emit = ignore,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[Outcome, ...]:
    """Carry `moves` over; afterwards the ordinary deploy has nothing left to do for them.

    Interrupted anywhere and run again it ends the same: what has left its stack is written down in
    the root, with its identifier, until the deploy after it replaces the root's template.
    """
    clouds = Clouds.of(connect)
    outcomes: list[Outcome] = []
    for step, items in moves:
        state = plan.states[step.address]
        assert state is not None  # planned so
        run = clouds.run(step.address, emit, pause)
        leaving = [move for move in items if move.old]
        if leaving:
            _let_go(run, step, state, leaving)
        requested = {f"{step.scope}:{move.new}": move.identifier for move in items}
        found = import_plan(plan, requested, clouds, moving=True)
        outcomes += execute_import(plan, found, clouds, emit=emit, pause=pause)
    return tuple(outcomes)


def _let_go(run: Run, step: ResolvedStep, state: StackState, moves: Iterable[Move]) -> None:
    """Update the root so that the old nested stacks hold the resources no more; they are kept."""
    root = _template(run.cloud, state.stack_id)
    nested = {r.logical_id: r.physical_id for r in run.cloud.resources(state.stack_id)}
    leaving: dict[str, list[Move]] = {}
    for move in moves:
        leaving.setdefault(move.old.rpartition("/")[0], []).append(move)
    if "" in leaving:
        told = "stands in the root itself; only what is in a nested stack can be carried over"
        raise RefusedError(Problem(leaving[""][0].old, told))
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
    """The text of a nested stack's template without what leaves."""
    found = run.cloud.stack(stack_id)
    outputs = found.outputs if found else {}
    template = _template(run.cloud, stack_id)
    gone = {
        logical_id: Known(move.identifier, _attributes(run.cloud, template, move, outputs))
        for move in moves
        for logical_id in (move.old.rpartition("/")[2],)
    }
    return json.dumps(without_resources(template, gone, outputs), indent=1)


def _attributes(
    cloud: Cloud, template: TemplateBody, move: Move, outputs: Mapping[str, str]
) -> dict[str, str]:
    """What is known of a resource: by Cloud Control where that may be asked, and by outputs."""
    existing = cloud.existing(move.type, move.identifier) or {}
    told = {name: value for name, value in existing.items() if isinstance(value, str)}
    return {**told, **known_attributes(template, move.old.rpartition("/")[2], outputs)}


def _update(
    run: Run, step: ResolvedStep, state: StackState, url: str, leaving: Mapping[str, set[str]]
) -> None:
    """Update the root; what leaves, stack id → logical ids, may be deleted for as long as it takes.

    The root's policy is lifted first: it tells the next run of an interruption.
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
    """Protect again as before, the root last."""
    for stack in sorted(before, key=lambda stack: stack == root):
        if before[stack]:
            run.cloud.set_stack_policy(stack, before[stack])


def check_no_move(there: DeployedRoot) -> None:
    """Refuse to deploy over a move that was begun: what has left its stack is in none yet."""
    begun = begun_moves(there.templates.get("", {}))
    open_ones = {path: text for path, text in begun.items() if path not in there.resources}
    if open_ones:
        raise RefusedError.of(
            Problem(
                path,
                f"was on its way here ({identifier}) when the move was interrupted; run the same "
                f"deploy with --move {path}, or import it where it is to stand",
            )
            for path, identifier in open_ones.items()
        )


def _template(cloud: Cloud, stack_id: str) -> TemplateBody:
    text = cloud.template(stack_id)
    return parse_template(text, stack_id) if text else {}
