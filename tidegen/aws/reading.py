"""boto3's answers as the frozen data of plans."""

from typing import Any

from tidegen.aws.redaction import redacted
from tidegen.cloudformation.schemas import Replacement
from tidegen.planning.changes import Action, PropertyChange, ResourceChange
from tidegen.planning.model import StackResource, StackState
from tidegen.planning.secrets import ListedSecret
from tidegen.planning.stack_events import StackEvent

_ACTIONS = {"Add": Action.ADD, "Remove": Action.REMOVE, "Import": Action.ADD}
_RECREATION = {"Always": Replacement.ALWAYS, "Conditionally": Replacement.CONDITIONAL}
_REPLACEMENTS = {"True": Replacement.ALWAYS, "Conditional": Replacement.CONDITIONAL}


def stack_of(item: dict[str, Any]) -> StackState:
    """Return a stack of DescribeStacks."""
    return StackState(
        name=item["StackName"],
        stack_id=item["StackId"],
        status=item["StackStatus"],
        reason=redacted(item.get("StackStatusReason", "")),
        outputs={o["OutputKey"]: o["OutputValue"] for o in item.get("Outputs", [])},
        parameters={
            p["ParameterKey"]: p.get("ParameterValue", "") for p in item.get("Parameters", [])
        },
        tags={tag["Key"]: tag["Value"] for tag in item.get("Tags", [])},
        parent_id=item.get("ParentId") or None,
        protected=bool(item.get("EnableTerminationProtection")),
        changed=item.get("LastUpdatedTime") or item.get("CreationTime"),
    )


def resource_of(item: dict[str, Any]) -> StackResource:
    """Return a resource of ListStackResources."""
    return StackResource(
        logical_id=item["LogicalResourceId"],
        physical_id=item.get("PhysicalResourceId", ""),
        type=item["ResourceType"],
        status=item["ResourceStatus"],
        reason=redacted(item.get("ResourceStatusReason", "")),
    )


def event_of(item: dict[str, Any]) -> StackEvent:
    """Return an event of DescribeStackEvents."""
    return StackEvent(
        event_id=item["EventId"],
        stack_id=item["StackId"],
        logical_id=item.get("LogicalResourceId", ""),
        physical_id=item.get("PhysicalResourceId", ""),
        type=item.get("ResourceType", ""),
        status=item.get("ResourceStatus", ""),
        time=item["Timestamp"],
        reason=redacted(item.get("ResourceStatusReason", "")),
        hook=_hook_of(item),
    )


def _hook_of(item: dict[str, Any]) -> str:
    """Return the refusal of a hook, of which the resource's own failure has only the name."""
    if item.get("HookStatus") not in ("HOOK_COMPLETE_FAILED", "HOOK_FAILED"):
        return ""
    return f"{item.get('HookType', 'hook')}: {redacted(item.get('HookStatusReason', ''))}"


def listed_secret(item: dict[str, Any]) -> ListedSecret:
    """Return a secret of ListSecrets; its mark is empty if it has no current version."""
    stages = item.get("SecretVersionsToStages", {})
    current = next((version for version, labels in stages.items() if "AWSCURRENT" in labels), "")
    label = next((label for label in stages.get(current, ()) if label.startswith("tidegen-")), "")
    mark = f"{label}-{current}" if label else current
    return ListedSecret(mark, bool(item.get("RotationEnabled")), item.get("LastRotatedDate"))


def change_of(item: dict[str, Any], children: tuple[ResourceChange, ...] | None) -> ResourceChange:
    """Return a change of DescribeChangeSet."""
    replacement = _REPLACEMENTS.get(item.get("Replacement", ""), Replacement.NEVER)
    action = _ACTIONS.get(item["Action"], Action.MODIFY)
    if action is Action.MODIFY and replacement is Replacement.ALWAYS:
        action = Action.REPLACE
    details = item.get("Details", [])
    return ResourceChange(
        logical_id=item["LogicalResourceId"],
        type=item["ResourceType"],
        action=action,
        replacement=replacement,
        properties=tuple(sorted({_target(detail) for detail in details} - {""})),
        children=children,
        change_set_id=item.get("ChangeSetId", ""),
        details=tuple(_detail(detail) for detail in details if "Path" in detail.get("Target", {})),
        certain=not details or any(detail.get("Evaluation") != "Dynamic" for detail in details),
    )


def _target(detail: dict[str, Any]) -> str:
    target = detail.get("Target", {})
    return str(target.get("Name") or target.get("Attribute", ""))


def _detail(detail: dict[str, Any]) -> PropertyChange:
    """Return a property with its values, which CloudFormation gives as text."""
    target = detail["Target"]
    name = target["Path"].removeprefix("/Properties/").replace("/", ".")
    replacement = _RECREATION.get(target.get("RequiresRecreation", ""), Replacement.NEVER)
    before, after = target.get("BeforeValue"), target.get("AfterValue")
    return PropertyChange(
        name=name,
        before=before,
        after=after,
        replacement=replacement,
        cause=detail.get("CausingEntity", ""),
    )
