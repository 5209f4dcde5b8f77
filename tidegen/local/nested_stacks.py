"""Shims for nested stacks: failed creations, stack policies, updates past their root."""

import functools
from typing import Any

from tidegen.local import upstream
from tidegen.local.deletions import (
    TYPE,
    delete_resources,
    failed_resources,
    failed_stack,
    set_status,
)

#: Where a root's record says whether its operation keeps what fails.
KEEPS = "_keeps_failures"


def install() -> None:
    """Wrap upstream's handlers of nested stacks; each defect has a test in `test_shims.py`."""
    undo_failed_creates()
    name_the_resource_that_failed_to_update()
    keep_policies()
    update_what_was_updated_past_its_root()


def undo_failed_creates() -> None:
    """Roll back a nested stack whose creation fails, and record it in its parent.

    Upstream: the parent does not know a child that failed to create, so its rollback keeps the
    child's resources, and its events do not name the child.
    """
    table = upstream.provisioners()._RESOURCE_HANDLERS
    upstream_create = table[TYPE]["create"]

    def create(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        before = _children(stack_name)
        try:
            return upstream_create(logical_id, properties, stack_name)
        except Exception as error:
            for name in _children(stack_name) - before:
                child = upstream.stack_records()[name]
                _record_child(stack_name, logical_id, child)
                if keeps_failures(stack_name):
                    set_status(child, "CREATE_FAILED", child["StackStatusReason"])
                else:
                    _roll_back(child)
                raise ValueError(_embedded(child, "create", str(error))) from error
            raise

    table[TYPE] = {**table[TYPE], "create": create}


def keeps_failures(stack_name: str) -> bool:
    """Return whether the operation on the root of a stack keeps what fails.

    AWS docs, "Choose how to handle failures when provisioning resources".
    """
    stack = upstream.stack_record(stack_name)
    parent = stack.get("_parent_stack_name")
    return keeps_failures(parent) if parent else bool(stack.get(KEEPS))


def undo_kept(stack: dict[str, Any]) -> None:
    """Roll back the nested stacks of a root whose failed creation was kept."""
    for logical_id, record in list(stack.get("_resources", {}).items()):
        if record["ResourceType"] == TYPE and record["ResourceStatus"] == "CREATE_FAILED":
            name = upstream.provisioners()._nested_stack_lookup_name(record["PhysicalResourceId"])
            child = upstream.stack_records().get(name)
            if child:
                undo_kept(child)
                _roll_back(child)
            del stack["_resources"][logical_id]


def _children(stack_name: str) -> set[str]:
    """Return the names of the nested stacks of a stack."""
    known = upstream.stack_records()
    return {name for name in known if known[name].get("_parent_stack_name") == stack_name}


def _record_child(parent: str, logical_id: str, child: dict[str, Any]) -> None:
    """Record the child in the parent's events, as at its creation, and among its resources."""
    add_event, stack = upstream.stacks()._add_event, upstream.stack_records()[parent]
    reason = "Resource creation Initiated"
    about = (stack["StackId"], parent, logical_id, TYPE)
    add_event(*about, "CREATE_IN_PROGRESS", reason, child["StackId"])
    stack["_resources"][logical_id] = {
        "PhysicalResourceId": child["StackId"],
        "ResourceType": TYPE,
        "ResourceStatus": "CREATE_FAILED",
        "LogicalResourceId": logical_id,
        "Properties": {},
        "Attributes": {},
        "Timestamp": upstream.now(),
    }


def _roll_back(child: dict[str, Any]) -> None:
    """Delete a nested stack's resources, with the events of its rollback."""
    set_status(child, "ROLLBACK_IN_PROGRESS", child["StackStatusReason"])
    failed = delete_resources(child)
    if failed:
        set_status(child, "ROLLBACK_FAILED", failed_resources("delete", failed))
    else:
        set_status(child, "ROLLBACK_COMPLETE")


def name_the_resource_that_failed_to_update() -> None:
    """Fail a parent with CloudFormation's message about the nested stack.

    Upstream: the parent fails with the message of the child's resource.
    """
    table = upstream.provisioners()._RESOURCE_HANDLERS
    upstream_update = table[TYPE]["update"]

    def update(physical_id: str, *arguments: Any) -> Any:
        try:
            return upstream_update(physical_id, *arguments)
        except Exception as error:
            name = upstream.provisioners()._nested_stack_lookup_name(physical_id)
            child = upstream.stack_records().get(name)
            if child and keeps_failures(name):
                _name_child(child)
            raise ValueError(_embedded(child, "update", str(error))) from error

    table[TYPE] = {**table[TYPE], "update": update}


def _name_child(child: dict[str, Any]) -> None:
    """Name a nested stack in its parent's events, as AWS does: no rollback follows that does."""
    parent = upstream.stack_record(child["_parent_stack_name"])
    for logical_id, record in parent["_resources"].items():
        if record["PhysicalResourceId"] == child["StackId"]:
            about = (parent["StackId"], parent["StackName"], logical_id, TYPE)
            upstream.stacks()._add_event(*about, "UPDATE_IN_PROGRESS", "", child["StackId"])


def _embedded(child: dict[str, Any] | None, verb: str, reason: str) -> str:
    """Return CloudFormation's message about a nested stack with a failed resource."""
    if child is None:
        return reason
    events = upstream.cloudformation()._stack_events[child["StackId"]]
    failed = f"{verb.upper()}_FAILED"
    names = [e["LogicalResourceId"] for e in events if e["ResourceStatus"] == failed]
    if not names or names[-1] == child["StackName"]:
        return reason
    return failed_stack(child, verb, names[-1:])


def keep_policies() -> None:
    """Keep a nested stack's policy through an update.

    Upstream: `_cfn_nested_stack_deploy` replaces the stack's record, without the policy.
    """
    table = upstream.provisioners()._RESOURCE_HANDLERS
    upstream_update = table[TYPE]["update"]

    def update(physical_id: str, *arguments: Any) -> Any:
        name = upstream.provisioners()._nested_stack_lookup_name(physical_id)
        policy = upstream.stack_record(name).get("_stack_policy")
        try:
            return upstream_update(physical_id, *arguments)
        finally:
            if policy and name in upstream.stack_records():
                upstream.stack_records()[name]["_stack_policy"] = policy

    table[TYPE] = {**table[TYPE], "update": update}


def update_what_was_updated_past_its_root() -> None:
    """Update a nested stack whose template is not the one of its URL, with every root's update.

    Upstream: an update leaves a nested stack alone whose properties are the same. AWS docs, "Nested
    stacks": a root's update "initiates an update to its nested stacks" and "updates the resources
    of modified nested stacks"; a change set of the root is never empty then (aws/aws-cdk#4488).
    """
    provisioners = upstream.provisioners()
    upstream_update = provisioners._update_resource

    @functools.wraps(upstream_update)
    def update(*arguments: Any) -> Any:
        type_name, physical, old, new, *_ = arguments
        if type_name == TYPE and old == new and is_stale(physical, new):
            # Upstream hands it to the update handler if any property differs.
            arguments = (type_name, physical, {**old, "TemplateURL": ""}, *arguments[3:])
        return upstream_update(*arguments)

    provisioners._update_resource = update
    upstream.stacks()._update_resource = update


def is_stale(physical_id: str, properties: dict[str, Any]) -> bool:
    """Return whether a nested stack has another template than the one at its URL."""
    name = upstream.provisioners()._nested_stack_lookup_name(physical_id)
    child = upstream.stack_records().get(name)
    wanted = upstream.template_at(str(properties.get("TemplateURL")))
    return bool(child and wanted and child["_template"] != wanted)


def stale_changes(stack: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the changes of a change set for the nested stacks that are stale."""
    return [
        {
            "Type": "Resource",
            "ResourceChange": {
                "Action": "Modify",
                "LogicalResourceId": logical_id,
                "PhysicalResourceId": record["PhysicalResourceId"],
                "ResourceType": TYPE,
                "Replacement": "False",
                "Scope": ["Properties"],
                "Details": [],
            },
        }
        for logical_id, record in stack.get("_resources", {}).items()
        if record["ResourceType"] == TYPE
        and is_stale(record["PhysicalResourceId"], record.get("Properties") or {})
    ]
