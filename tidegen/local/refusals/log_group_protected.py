"""Deletion protection of a log group."""

from tidegen.local.handlers.base import Resource
from tidegen.local.refusals.model import DELETE, Words, refuses


@refuses(
    "log-group-protected",
    "AWS::Logs::LogGroup",
    on=(DELETE,),
    message="Cannot delete log group with deletion protection enabled. Disable deletion protection"
    " first.",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protecting-log-groups-from-deletion.html",
    failure="deletion-protected",
)
def log_group_protected(resource: Resource) -> Words:
    """Deleting a log group with deletion protection."""
    return {} if resource.properties.get("DeletionProtectionEnabled") else None
