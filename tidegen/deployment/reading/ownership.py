"""Reading the marks of deployed stacks, and the resources that a foreign one has."""

from collections.abc import Collection, Iterator

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.reading.deployed_roots import deployed_template, existing_resources
from tidegen.planning.model import Foreign, StackAddress, StackResource, StackState
from tidegen.planning.ownership import (
    TAKE_OVER,
    Owner,
    carried,
    check_named,
    is_absent,
    is_owned,
    marks_of,
    require_owned,
)
from tidegen.planning.steps import Target, owner_of, steps_of


def foreign_stack(
    cloud: Cloud, owner: Owner, address: StackAddress, state: StackState | None
) -> Foreign | None:
    """Return the stack at `address` if another owner has it; read its template only if in doubt."""
    if state is None or is_absent(state) or is_owned(owner, state, marks_of(state)):
        return None
    marks = marks_of(state, deployed_template(cloud, state.stack_id))
    if is_owned(owner, state, marks):
        return None
    resources = tuple(_resources(cloud, state.stack_id))
    return Foreign(address=address, carries=carried(owner, marks), resources=resources)


def owned_stacks(
    target: Target, connect: Connect, taken_over: Collection[str] = ()
) -> tuple[tuple[StackAddress, StackState], ...]:
    """Return the deployed root stacks of `target`, in order.

    Raises RefusedError for those of another owner that `taken_over` does not name, InputError for
    a name that is no stack of the target.
    """
    addresses = steps_of(target)
    check_named(TAKE_OVER, taken_over, (address.name for address in addresses))
    states = [(address, connect(address.place).stack(address.name)) for address in addresses]
    foreign = [
        foreign_stack(connect(a.place), owner_of(target, a.scope), a, state)
        for a, state in states
        if a.name not in taken_over
    ]
    require_owned(item for item in foreign if item)
    return tuple((address, state) for address, state in states if state is not None)


def _resources(cloud: Cloud, stack_id: str) -> Iterator[StackResource]:
    """Yield the resources of a stack and of those nested in it, without reading templates."""
    for resource in existing_resources(cloud, stack_id):
        if resource.type == STACK_TYPE and resource.physical_id:
            yield from _resources(cloud, resource.physical_id)
        else:
            yield resource
