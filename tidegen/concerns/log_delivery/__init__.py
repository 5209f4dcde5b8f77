"""Delivery of CloudWatch's log groups to the log archive."""

from troposphere import Ref, Template

from tidegen.blocks import inputs
from tidegen.blocks.alarms import add_alarm
from tidegen.blocks.conditions import add_condition_if_set
from tidegen.blocks.roles import BOUNDARY
from tidegen.concerns.log_delivery.delivery_stream import (
    AUDIT_KEY,
    add_delivery_stream,
    add_subscription,
)
from tidegen.contract import PLATFORM, Concern, Context, Input, Kind

#: Log groups that show access to health data and the response to it, by the prefix of the parameter
#: that names each. A group takes two subscriptions; the other one is left for the relay.
_EVERYWHERE = {
    "Application": "Log group of the services' output",
    "ControlPlane": "Log group of the control plane, with its audit log",
    "Query": "Log group of the VPC's DNS queries",
}
#: The same, of concerns that only environments have.
_ENVIRONMENT_ONLY = {
    "Database": "Log group of the database's members",
    "Firewall": "Log group of the firewall",
}
#: Firehose waits for 5 minutes of records; older records are stuck.
_STUCK_SECONDS = 30 * 60


def add_resources(template: Template, _context: Context) -> None:
    """Add the delivery stream, the subscriptions and the alarms."""
    add_delivery_stream(template)
    for name in _EVERYWHERE:
        add_subscription(template, name)
    for name in _ENVIRONMENT_ONLY:
        add_condition_if_set(template, f"Has{name}", f"{name}LogGroupName")
        add_subscription(template, name).Condition = f"Has{name}"
    _add_alarms(template)


def _add_alarms(template: Template) -> None:
    """Add alarms: Firehose keeps undelivered records for 24 hours, then drops them."""
    dimensions = {"DeliveryStreamName": Ref("DeliveryStream")}
    add_alarm(
        template,
        "DeliveryLate",
        "Logs do not reach the log archive, and Firehose drops records after 24 hours. Read its log"
        " group, then fix the role, the key or the intake's policy. The log groups keep all events"
        " meanwhile.",
        ("AWS/Firehose", "DeliveryToS3.DataFreshness"),
        dimensions,
        ("GreaterThanThreshold", _STUCK_SECONDS),
        statistic="Maximum",
        periods=3,
    )
    add_alarm(
        template,
        "DeliveryFailed",
        "Firehose could not put logs into the intake of the log archive. Read its log group for"
        " the reason.",
        ("AWS/Firehose", "DeliveryToS3.Success"),
        dimensions,
        ("LessThanThreshold", 1),
        statistic="Average",
        periods=3,
    )


def _log_group(name: str, description: str, default: str | None = None) -> Input:
    return inputs.sibling(f"{name}LogGroupName", Kind.LOG_GROUP_NAME, description, default)


CONCERN = Concern(
    scopes=PLATFORM,
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        BOUNDARY,
        inputs.LOGS_KEY,
        inputs.WARNING_TOPIC,
        inputs.LOG_INTAKE,
        AUDIT_KEY,
        *(_log_group(name, description) for name, description in _EVERYWHERE.items()),
        *(_log_group(name, description, "") for name, description in _ENVIRONMENT_ONLY.items()),
    ),
)
