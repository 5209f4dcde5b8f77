"""Shims for nested stacks: failed creations, retained resources, stack policies."""

from typing import Any

from tidegen.local import upstream

TYPE = "AWS::CloudFormation::Stack"
_RETAINED = frozenset({"Retain", "RetainExceptOnCreate"})


def install() -> None:
    """Wrap upstream's handlers of nested stacks; each defect has a test in `test_shims.py`."""
    undo_failed_creates()
    skip_retained_resources()
    keep_policies()


def undo_failed_creates() -> None:
    """Delete the resources of a nested stack whose creation fails, and record its id.

    Upstream: the parent does not know a child that failed to create, so its rollback keeps the
    child's resources, and its events do not name the child.
    """
    table = upstream.provisioners()._RESOURCE_HANDLERS
    upstream_create, upstream_delete = table[TYPE]["create"], table[TYPE]["delete"]

    def create(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        before = _children(stack_name)
        try:
            return upstream_create(logical_id, properties, stack_name)
        except Exception:
            for child in _children(stack_name) - before:
                _record_child(stack_name, logical_id, _stacks()[child]["StackId"])
                _roll_back(child, upstream_delete)
            raise

    table[TYPE] = {**table[TYPE], "create": create}


def _stacks() -> Any:
    return upstream.cloudformation()._stacks


def _children(stack_name: str) -> set[str]:
    """Return the names of the nested stacks of a stack."""
    known = _stacks()
    return {name for name in known if known[name].get("_parent_stack_name") == stack_name}


def _record_child(parent: str, logical_id: str, child_id: str) -> None:
    """Record the child's id in the parent's events, as CloudFormation does at its creation."""
    add_event, parent_id = upstream.stacks()._add_event, _stacks()[parent]["StackId"]
    reason = "Resource creation Initiated"
    add_event(parent_id, parent, logical_id, TYPE, "CREATE_IN_PROGRESS", reason, child_id)


def _roll_back(name: str, delete: Any) -> None:
    """Delete a nested stack's resources and add its events in CloudFormation's words."""
    stack = _stacks()[name]
    add_event = upstream.stacks()._add_event
    about = (stack["StackId"], name, name, TYPE)
    add_event(*about, "ROLLBACK_IN_PROGRESS", stack["StackStatusReason"], stack["StackId"])
    delete(stack["StackId"], {})
    add_event(*about, "ROLLBACK_COMPLETE", "", stack["StackId"])


def keep_policies() -> None:
    """Keep a nested stack's policy through an update.

    Upstream: `_cfn_nested_stack_deploy` replaces the stack's record, without the policy.
    """
    table = upstream.provisioners()._RESOURCE_HANDLERS
    upstream_update = table[TYPE]["update"]

    def update(physical_id: str, *arguments: Any) -> Any:
        name = upstream.provisioners()._nested_stack_lookup_name(physical_id)
        policy = (_stacks().get(name) or {}).get("_stack_policy")
        try:
            return upstream_update(physical_id, *arguments)
        finally:
            if policy and name in _stacks():
                _stacks()[name]["_stack_policy"] = policy

    table[TYPE] = {**table[TYPE], "update": update}


def skip_retained_resources() -> None:
    """Keep the retained resources of a nested stack when it is deleted.

    Upstream: `_cfn_nested_stack_delete` deletes all of them, regardless of DeletionPolicy.
    """
    table = upstream.provisioners()._RESOURCE_HANDLERS
    upstream_delete = table[TYPE]["delete"]

    def delete(physical_id: str, properties: dict[str, Any]) -> None:
        _forget_retained(upstream.provisioners()._nested_stack_lookup_name(physical_id))
        upstream_delete(physical_id, properties)

    table[TYPE] = {**table[TYPE], "delete": delete}


def _forget_retained(name: str) -> None:
    stack = _stacks().get(name) or {}
    parent = _stacks().get(stack.get("_parent_stack_name")) or {}
    # A rollback undoes a creation: RetainExceptOnCreate does not retain then.
    undone = "ROLLBACK" in parent.get("StackStatus", "")
    kept = _RETAINED - {"RetainExceptOnCreate"} if undone else _RETAINED
    declared = (stack.get("_template") or {}).get("Resources", {})
    for logical_id in list(stack.get("_resources", {})):
        if declared.get(logical_id, {}).get("DeletionPolicy") in kept:
            record = stack["_resources"].pop(logical_id)
            about = (stack["StackId"], name, logical_id, record["ResourceType"])
            physical_id = record["PhysicalResourceId"]
            upstream.stacks()._add_event(*about, "DELETE_SKIPPED", "", physical_id)
