"""The log group of a subscription or a metric filter."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses(
    "log-group-missing",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::SubscriptionFilter",
    on=(CREATE, UPDATE),
    message="The specified log group does not exist.",
    source="https://github.com/gilt/s3-sftp-bridge/issues/2",
    failure="log-group-missing",
)
def log_group_missing(resource: Resource) -> Words:
    """A subscription or metric filter of a log group that does not exist."""
    name = resource.properties["LogGroupName"]
    groups = looked_up("logs", "describe_log_groups", logGroupNamePrefix=name).get("logGroups", [])
    return None if any(group["logGroupName"] == name for group in groups) else {}
