"""Shims for the clean-up after an update, when a resource cannot be deleted.

AWS docs, "Troubleshooting CloudFormation", "Resource removed from stack but not deleted": it is
removed from the stack and keeps existing; the update still succeeds, and its last event says so.
"""

import functools
from collections.abc import Callable
from typing import Any

from tidegen.local import upstream
from tidegen.local.deletions import set_status

_REASON = "Update successful. One or more resources could not be deleted."


def install() -> None:
    """Replace the end of upstream's updates."""
    keep_the_update_when_its_clean_up_fails()
    keep_going_when_a_predecessor_stays()


def keep_the_update_when_its_clean_up_fails() -> None:
    """Remove what the clean-up of an update could not delete, and say so in the last event.

    Upstream: the resource stays in the stack, to be deleted with the next update.
    """
    module, provisioners = upstream.stacks(), upstream.provisioners()
    deploy, deploy_nested = module._deploy_stack_async, provisioners._cfn_nested_stack_deploy

    @functools.wraps(deploy)
    async def wrapper(name: str, *arguments: Any, **options: Any) -> None:
        await deploy(name, *arguments, **options)
        _forget_leftovers(name)

    @functools.wraps(deploy_nested)
    def nested(*arguments: Any, **options: Any) -> Any:
        made = deploy_nested(*arguments, **options)
        _forget_leftovers(provisioners._nested_stack_lookup_name(made[0]))
        return made

    for place in (module, upstream.change_sets(), upstream.requests()):
        place._deploy_stack_async = wrapper
    provisioners._cfn_nested_stack_deploy = nested


def _forget_leftovers(name: str) -> None:
    """Remove the resources that an update could not delete from its stack."""
    stack = upstream.stack_record(name)
    if stack.get("StackStatus") != "UPDATE_COMPLETE":
        return
    held = stack["_resources"]
    left = [i for i in held if held[i].get("ResourceStatus") == "DELETE_FAILED"]
    for logical_id in left:
        record = held.pop(logical_id)
        _add_missing_event(stack, logical_id, record)
    if any(event["ResourceStatus"] == "DELETE_FAILED" for event in _since_the_update(stack)):
        events = upstream.cloudformation()._stack_events[stack["StackId"]]
        events.remove(next(e for e in reversed(events) if e["LogicalResourceId"] == name))
        set_status(stack, "UPDATE_COMPLETE", _REASON)


def _add_missing_event(stack: dict[str, Any], logical_id: str, record: dict[str, Any]) -> None:
    """Add the event of a failed deletion where upstream adds none: in nested stacks."""
    failed = {
        event["LogicalResourceId"]
        for event in _since_the_update(stack)
        if event["ResourceStatus"] == "DELETE_FAILED"
    }
    if logical_id not in failed:
        about = (stack["StackId"], stack["StackName"], logical_id, record["ResourceType"])
        reason, physical_id = record["ResourceStatusReason"], record["PhysicalResourceId"]
        upstream.stacks()._add_event(*about, "DELETE_FAILED", reason, physical_id)


def _since_the_update(stack: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the stack's events since its last update started."""
    events = upstream.cloudformation()._stack_events[stack["StackId"]]
    starts = [
        index
        for index, event in enumerate(events)
        if event["LogicalResourceId"] == stack["StackName"]
        and event["ResourceStatus"] == "UPDATE_IN_PROGRESS"
    ]
    return list(events[starts[-1] :]) if starts else []


def keep_going_when_a_predecessor_stays() -> None:
    """Check the deletion of a replaced resource like any other, and go on when it fails.

    Upstream: handlers delete it past the table; in a nested stack, at once, failing the update.
    """
    provisioners = upstream.provisioners()
    delete_predecessor = provisioners._delete_predecessor

    def wrapper(delete: Callable[..., None], *arguments: Any, **options: Any) -> None:
        checked = CHECKED.get(delete, delete)
        if provisioners._DEFERRED_PREDECESSOR_DELETES.get() is not None:
            delete_predecessor(checked, *arguments, **options)
            return
        try:
            delete_predecessor(checked, *arguments, **options)
        except Exception as error:
            physical_id = arguments[1] if delete is provisioners._delete_resource else arguments[0]
            _add_event_of(physical_id, str(error))

    provisioners._delete_predecessor = wrapper


#: Upstream's deletion of a type → the same with AWS's refusals.
CHECKED: dict[Callable[..., None], Callable[..., None]] = {}


def _add_event_of(physical_id: str, reason: str) -> None:
    """Add a failed deletion to the events of the nested stack that holds the resource."""
    for name, stack in list(upstream.stack_records().items()):
        for logical_id, record in stack.get("_resources", {}).items():
            if record["PhysicalResourceId"] == physical_id:
                about = (stack["StackId"], name, logical_id, record["ResourceType"])
                upstream.stacks()._add_event(*about, "DELETE_FAILED", reason, physical_id)
