"""Log groups of CloudWatch, and the destinations of their subscriptions."""

import json

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import CREATE, DELETE, UPDATE, Words, refuses


@refuses("AWS::Logs::SubscriptionFilter", on=(CREATE, UPDATE))
def function_closed(resource: Resource) -> Words:
    """A subscription to a function that CloudWatch Logs may not invoke yet."""
    arn = str(resource.properties["DestinationArn"])
    if ":lambda:" not in arn:
        return None
    policy = looked_up("lambda", "get_policy", FunctionName=arn).get("Policy", "{}")
    statements = json.loads(policy).get("Statement", [])
    return None if any("logs." in json.dumps(s.get("Principal")) for s in statements) else {}


@refuses("AWS::Logs::SubscriptionFilter", on=(CREATE, UPDATE))
def stream_missing(resource: Resource) -> Words:
    """A subscription to a delivery stream that does not exist, or with a role that does not."""
    arn = str(resource.properties["DestinationArn"])
    if ":firehose:" not in arn:
        return None
    name = arn.rpartition("/")[2]
    answer = looked_up("firehose", "describe_delivery_stream", DeliveryStreamName=name)
    status = answer.get("DeliveryStreamDescription", {}).get("DeliveryStreamStatus")
    role = str(resource.properties.get("RoleArn", "")).rpartition("/")[2]
    ready = status == "ACTIVE" and looked_up("iam", "get_role", RoleName=role)
    return None if ready else {}


@refuses("AWS::Logs::LogGroup", on=(UPDATE,))
def log_group_class(resource: Resource) -> Words:
    """Another class of a log group."""
    wanted, before = (
        properties.get("LogGroupClass", "STANDARD")
        for properties in (resource.properties, resource.previous)
    )
    return {"name": resource.physical_id} if wanted != before else None


@refuses("AWS::Logs::MetricFilter", "AWS::Logs::SubscriptionFilter", on=(CREATE, UPDATE))
def log_group_missing(resource: Resource) -> Words:
    """A subscription or metric filter of a log group that does not exist."""
    name = resource.properties["LogGroupName"]
    groups = looked_up("logs", "describe_log_groups", logGroupNamePrefix=name).get("logGroups", [])
    return None if any(group["logGroupName"] == name for group in groups) else {}


@refuses("AWS::Logs::LogGroup", on=(DELETE,))
def log_group_protected(resource: Resource) -> Words:
    """Deleting a log group with deletion protection."""
    return {} if resource.properties.get("DeletionProtectionEnabled") else None
