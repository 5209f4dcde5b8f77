"""Physical names that a resource of another stack has."""

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
    owner = _owner(kind, str(name), resource.identity.stack_name) if name else ""
    return {"name": str(name), "stack": owner} if owner else None


def _owner(type_name: str, name: str, own_stack: str) -> str:
    """Return the id of the other stack with that resource; empty if there is none."""
    for stack_name, stack in list(upstream.cloudformation()._stacks.items()):
        if stack_name == own_stack or stack["StackStatus"] == "DELETE_COMPLETE":
            continue
        for record in stack.get("_resources", {}).values():
            held = record["Properties"].get(LOOK_UPS[type_name].prop)
            if record["ResourceType"] == type_name and held == name:
                return str(stack["StackId"])
    return ""
