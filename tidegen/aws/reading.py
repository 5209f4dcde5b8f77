"""boto3's answers as the plan's frozen data."""

from typing import Any

from tidegen.planning.model import (
    Action,
    Replacement,
    ResourceChange,
    StackEvent,
    StackResource,
    StackState,
)

_ACTIONS = {"Add": Action.ADD, "Remove": Action.REMOVE, "Import": Action.ADD}
_REPLACEMENTS = {"True": Replacement.ALWAYS, "Conditional": Replacement.CONDITIONAL}


def stack_of(item: dict[str, Any]) -> StackState:
    """A stack of DescribeStacks."""
    return StackState(
        item["StackName"],
        item["StackId"],
        item["StackStatus"],
        item.get("StackStatusReason", ""),
        {o["OutputKey"]: o["OutputValue"] for o in item.get("Outputs", [])},
        {p["ParameterKey"]: p.get("ParameterValue", "") for p in item.get("Parameters", [])},
        {tag["Key"]: tag["Value"] for tag in item.get("Tags", [])},
        item.get("ParentId") or None,
        bool(item.get("EnableTerminationProtection")),
        item.get("LastUpdatedTime") or item.get("CreationTime"),
    )


def resource_of(item: dict[str, Any]) -> StackResource:
    """A resource of ListStackResources."""
    return StackResource(
        item["LogicalResourceId"],
        item.get("PhysicalResourceId", ""),
        item["ResourceType"],
        item["ResourceStatus"],
        item.get("ResourceStatusReason", ""),
    )


def event_of(item: dict[str, Any]) -> StackEvent:
    """An event of DescribeStackEvents."""
    return StackEvent(
        item["EventId"],
        item["StackId"],
        item.get("LogicalResourceId", ""),
        item.get("PhysicalResourceId", ""),
        item.get("ResourceType", ""),
        item.get("ResourceStatus", ""),
        item["Timestamp"],
        item.get("ResourceStatusReason", ""),
    )


def change_of(item: dict[str, Any], children: tuple[ResourceChange, ...] | None) -> ResourceChange:
    """A change of DescribeChangeSet."""
    replacement = _REPLACEMENTS.get(item.get("Replacement", ""), Replacement.NEVER)
    action = _ACTIONS.get(item["Action"], Action.MODIFY)
    if action is Action.MODIFY and replacement is Replacement.ALWAYS:
        action = Action.REPLACE
    return ResourceChange(
        item["LogicalResourceId"],
        item["ResourceType"],
        action,
        replacement,
        _properties(item),
        children,
    )


def _properties(item: dict[str, Any]) -> tuple[str, ...]:
    targets = [detail.get("Target", {}) for detail in item.get("Details", [])]
    return tuple(sorted({t.get("Name") or t.get("Attribute", "") for t in targets} - {""}))
