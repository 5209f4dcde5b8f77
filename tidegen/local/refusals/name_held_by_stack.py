"""Physical names that a resource of another stack has."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tidegen.local import upstream
from tidegen.local.handlers.base import Resource
from tidegen.local.refusals.model import CREATE, Words, refuses
from tidegen.local.refusals.name_taken import LOOK_UPS


@refuses(
    "name-held-by-stack",
    *LOOK_UPS,
    on=(CREATE,),
    message="{name} already exists in stack {stack}",
    source="https://github.com/serverless/serverless/issues/3237",
    failure="name-taken",
)
def name_held_by_stack(resource: Resource) -> Words:
    """A resource with the name of a resource of another stack."""
    kind = resource.identity.type_name
    name = resource.properties.get(LOOK_UPS[kind].prop)
    owner = _holder(kind, str(name), {resource.identity.stack_name}) if name else ""
    return {"name": str(name), "stack": owner} if owner else None


def foreign_owner(type_name: str, properties: Mapping[str, Any], root: str) -> str:
    """Return the id of the stack with a resource of that name; empty if it is of the root.

    The root's nested stacks are its own: their resources are the ones that the templates describe.
    """
    name = properties.get(LOOK_UPS[type_name].prop) if type_name in LOOK_UPS else None
    own = {stack for stack in upstream.stack_records() if root in (stack, *_parents(stack))}
    return _holder(type_name, name, own) if isinstance(name, str) else ""


def _parents(stack_name: str) -> Iterator[str]:
    """Yield the names of the stacks that a stack is nested in, its parent first."""
    while parent := upstream.stack_record(stack_name).get("_parent_stack_name"):
        yield parent
        stack_name = parent


def _holder(type_name: str, name: str, own: Collection[str]) -> str:
    """Return the id of a stack with that resource, none of `own`; empty if there is none."""
    for stack_name, stack in list(upstream.stack_records().items()):
        if stack_name in own or stack["StackStatus"] == "DELETE_COMPLETE":
            continue
        for record in stack.get("_resources", {}).values():
            held = record["Properties"].get(LOOK_UPS[type_name].prop)
            if record["ResourceType"] == type_name and held == name:
                return str(stack["StackId"])
    return ""
