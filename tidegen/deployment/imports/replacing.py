"""Executing the first step of a replacement: the stack releases the resource that it has."""

import time
from collections.abc import Callable, Iterable

from tidegen.deployment.events import Emit, ignore
from tidegen.deployment.imports.moving import release_resources
from tidegen.deployment.port import Connect
from tidegen.deployment.run import Clouds
from tidegen.planning.importing import Adoption, ImportPlan
from tidegen.planning.model import Plan, StackAddress
from tidegen.planning.moving import Move
from tidegen.planning.ownership import require_owned
from tidegen.planning.parameters import known_step
from tidegen.planning.policies import require_no_policies


def release_replaced(
    plan: Plan,
    imports: ImportPlan,
    connect: Connect,
    *,
    emit: Emit = ignore,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Release the resources whose place others take; they are kept, in no stack.

    References to them keep their values, so that nothing else changes before the next deploy. The
    root's template records what is to be imported: a deploy before that is refused.
    """
    require_owned(plan.foreign)
    require_no_policies((*plan.held, *plan.overridden))
    clouds = Clouds.of(connect)
    steps = {step.address: known_step(step, plan.outputs) for step in plan.steps}
    for address, moves in _moves(imports).items():
        state = plan.states[address]
        assert state is not None  # it has the resources
        release_resources(clouds.run(address, emit, pause), steps[address], state, moves)


def _moves(imports: ImportPlan) -> dict[StackAddress, tuple[Move, ...]]:
    """Return the resources to release, by root: one update each."""
    addresses = dict.fromkeys(item.address for item in imports.imports)
    moves = {
        address: tuple(
            _move(adoption)
            for item in imports.imports
            if item.address == address
            for adoption in _replacing(item.adoptions)
        )
        for address in addresses
    }
    return {address: items for address, items in moves.items() if items}


def _replacing(adoptions: Iterable[Adoption]) -> Iterable[Adoption]:
    return (adoption for adoption in adoptions if adoption.replaces)


def _move(adoption: Adoption) -> Move:
    imported = adoption.imported
    return Move(
        adoption.path, adoption.path, imported.type, imported.text, former=adoption.replaces
    )
