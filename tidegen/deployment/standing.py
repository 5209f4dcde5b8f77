"""What stands in a root stack and the stacks below it."""

from collections.abc import Iterator
from dataclasses import dataclass

from tidegen.deployment.port import Cloud
from tidegen.planning.model import STACK_TYPE, StackResource
from tidegen.planning.stateful import stateful_ids
from tidegen.planning.template_text import parse_template


@dataclass(frozen=True)
class Standing:
    """A resource with its path from the root, and the id of the stack that it belongs to."""

    path: str
    stack_id: str
    resource: StackResource
    stateful: bool = False


def resources_below(cloud: Cloud, stack_id: str, path: str = "") -> Iterator[Standing]:
    """Every resource that is not deleted, nested stacks before what is in them."""
    text = cloud.template(stack_id)
    stateful = stateful_ids(parse_template(text, stack_id)) if text else frozenset()
    for resource in cloud.resources(stack_id):
        where = f"{path}/{resource.logical_id}" if path else resource.logical_id
        if resource.status == "DELETE_COMPLETE":
            continue
        yield Standing(where, stack_id, resource, resource.logical_id in stateful)
        if resource.type == STACK_TYPE and resource.physical_id:
            yield from resources_below(cloud, resource.physical_id, where)


def stateful_below(cloud: Cloud, stack_id: str) -> tuple[Standing, ...]:
    """The resources that hold state and really stand."""
    found = resources_below(cloud, stack_id)
    return tuple(item for item in found if item.stateful and item.resource.physical_id)
