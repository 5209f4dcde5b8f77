"""Shims for the deletion of nested stacks: in order, with events, and failing with a resource."""

import functools
from collections.abc import Iterable
from typing import Any

from tidegen.local import upstream

TYPE = "AWS::CloudFormation::Stack"
_RETAINED = frozenset({"Retain", "RetainExceptOnCreate"})


def install() -> None:
    """Replace upstream's deletion of nested stacks."""
    fail_with_the_resources_of_a_nested_stack()
    keep_what_a_rollback_could_not_delete()


def fail_with_the_resources_of_a_nested_stack() -> None:
    """Delete a nested stack like a stack: in order, with events, and failing with its resources.

    Upstream: the resources that cannot be deleted are forgotten, and so are the retained ones.
    """
    table = upstream.provisioners()._RESOURCE_HANDLERS

    def delete(physical_id: str, _: dict[str, Any]) -> None:
        name = upstream.provisioners()._nested_stack_lookup_name(physical_id)
        status = upstream.stack_record(name).get("StackStatus", "DELETE_COMPLETE")
        if status != "DELETE_COMPLETE":
            delete_nested(name)

    table[TYPE] = {**table[TYPE], "delete": delete}


def delete_nested(name: str) -> None:
    """Delete a nested stack; raise ValueError, worded like CloudFormation, when that fails."""
    stack = upstream.stack_records()[name]
    set_status(stack, "DELETE_IN_PROGRESS")
    failed = delete_resources(stack)
    if failed:
        set_status(stack, "DELETE_FAILED", failed_resources("delete", failed))
        raise ValueError(failed_stack(stack, "delete", failed))
    set_status(stack, "DELETE_COMPLETE")


def failed_resources(verb: str, names: Iterable[str]) -> str:
    """Return CloudFormation's reason of a stack whose resources failed."""
    return f"The following resource(s) failed to {verb}: [{', '.join(names)}]. "


def failed_stack(stack: dict[str, Any], verb: str, names: Iterable[str]) -> str:
    """Return CloudFormation's message about a nested stack whose resources failed."""
    reason = failed_resources(verb, names)
    return f"Embedded stack {stack['StackId']} was not successfully {verb}d: {reason}"


def delete_resources(stack: dict[str, Any]) -> list[str]:
    """Delete a nested stack's resources; return the logical ids of those that stay, sorted."""
    order = _deletion_order(stack)
    return sorted(logical_id for logical_id in order if not _delete(stack, logical_id))


def set_status(stack: dict[str, Any], status: str, reason: str = "") -> None:
    """Set a stack's status and add its event."""
    stack["StackStatus"], stack["StackStatusReason"] = status, reason
    about = (stack["StackId"], stack["StackName"], stack["StackName"], TYPE)
    upstream.stacks()._add_event(*about, status, reason, stack["StackId"])


def _deletion_order(stack: dict[str, Any]) -> list[str]:
    """Return the logical ids of a stack's resources, dependents first."""
    declared = (stack.get("_template") or {}).get("Resources", {})
    order = upstream.template_functions()._topological_sort(declared, stack.get("_conditions", {}))
    held = list(stack["_resources"])
    return [i for i in reversed([*order, *(i for i in held if i not in order)]) if i in held]


def _delete(stack: dict[str, Any], logical_id: str) -> bool:
    """Delete one resource with its events, unless it is retained; return whether that worked."""
    record = stack["_resources"][logical_id]
    type_name, physical_id = record["ResourceType"], record["PhysicalResourceId"]
    about = (stack["StackId"], stack["StackName"], logical_id, type_name)
    add_event = upstream.stacks()._add_event
    if _is_retained(stack, logical_id):
        add_event(*about, "DELETE_SKIPPED", "", physical_id)
        del stack["_resources"][logical_id]
        return True
    add_event(*about, "DELETE_IN_PROGRESS", "", physical_id)
    try:
        upstream.provisioners()._delete_resource(
            type_name, physical_id, record["Properties"], stack["StackName"], logical_id
        )
    except Exception as error:
        record |= {"ResourceStatus": "DELETE_FAILED", "ResourceStatusReason": str(error)}
        add_event(*about, "DELETE_FAILED", str(error), physical_id)
        return False
    add_event(*about, "DELETE_COMPLETE", "", physical_id)
    del stack["_resources"][logical_id]
    return True


def _is_retained(stack: dict[str, Any], logical_id: str) -> bool:
    """Return whether the resource's DeletionPolicy keeps it."""
    parent = upstream.stack_record(stack.get("_parent_stack_name", ""))
    # A rollback undoes a creation: RetainExceptOnCreate does not retain then.
    undone = "ROLLBACK" in parent.get("StackStatus", "") or "ROLLBACK" in stack["StackStatus"]
    kept = _RETAINED - {"RetainExceptOnCreate"} if undone else _RETAINED
    declared = (stack.get("_template") or {}).get("Resources", {})
    return declared.get(logical_id, {}).get("DeletionPolicy") in kept


def keep_what_a_rollback_could_not_delete() -> None:
    """Delete failed nested stacks in a rollback, and keep in the stack what could not be deleted.

    Upstream: the parent does not know a child that failed to create; and the resources that make a
    rollback fail are forgotten, so that the deletion of the stack leaves them behind.
    """
    module = upstream.stacks()
    roll_back = module._roll_back_operation

    @functools.wraps(roll_back)
    async def wrapper(
        name: str, stack_id: str, stack: Any, operation: Any, *rest: Any, **options: Any
    ) -> None:
        held = stack.get("_resources", {})
        left = [i for i in held if held[i].get("ResourceStatus") == "CREATE_FAILED"]
        operation = {**operation, "created": [*operation.get("created", []), *left]}
        before = dict(held)
        await roll_back(name, stack_id, stack, operation, *rest, **options)
        if stack["StackStatus"] == "ROLLBACK_FAILED":
            for logical_id in stack["_rollback_failed"]:
                record = {**before[logical_id], "ResourceStatus": "DELETE_FAILED"}
                stack["_resources"][logical_id] = record

    module._roll_back_operation = wrapper
