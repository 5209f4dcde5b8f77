"""The class of a log group, which never changes."""

from tidegen.local.handlers.base import Resource
from tidegen.local.refusals.model import UPDATE, Words, refuses


@refuses(
    "log-group-class",
    "AWS::Logs::LogGroup",
    on=(UPDATE,),
    message="The log group class of {name} cannot be changed (HandlerErrorCode: NotUpdatable)",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html",
    failure="log-group-class",
    verbatim=False,
)
def log_group_class(resource: Resource) -> Words:
    """Another class of a log group."""
    wanted, before = (
        properties.get("LogGroupClass", "STANDARD")
        for properties in (resource.properties, resource.previous)
    )
    return {"name": resource.physical_id} if wanted != before else None
