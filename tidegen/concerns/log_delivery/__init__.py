"""Logs of CloudWatch on their way into the log archive, which locks them for six years."""

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
from tidegen.contract import Concern, Context, Input, Kind, Scope, new_template

#: Log groups that say who had access to health data and what was done about it, by the parameter
#: that names each. A group takes two subscriptions; the other one is free for the relay.
_EVERYWHERE = {
    "Application": "What the services print",
    "ControlPlane": "Log of the control plane, with its audit log",
    "Query": "Log of the VPC's resolver queries",
}
#: The same, of concerns that shared services lack.
_OF_ENVIRONMENTS = {
    "Database": "Log of the database's members",
    "Firewall": "Requests that the firewall saw",
}
#: Firehose waits for 5 minutes of records; what is older than this is stuck.
_STUCK_SECONDS = 30 * 60


def build(_context: Context) -> Template:
    """The log-delivery template."""
    template = new_template(CONCERN)
    add_delivery_stream(template)
    for name in _EVERYWHERE:
        add_subscription(template, name)
    for name in _OF_ENVIRONMENTS:
        add_condition_if_set(template, f"Has{name}", f"{name}LogGroupName")
        add_subscription(template, name).Condition = f"Has{name}"
    _add_alarms(template)
    return template


def _add_alarms(template: Template) -> None:
    """Firehose keeps what it cannot deliver for 24 hours, then it is lost to the archive."""
    dimensions = {"DeliveryStreamName": Ref("DeliveryStream")}
    add_alarm(
        template,
        "DeliveryLate",
        "Logs do not reach the log archive: Firehose gives records up after 24 hours. Read its log"
        " group, then mend role, key or the intake's policy; the log groups have it all meanwhile.",
        ("AWS/Firehose", "DeliveryToS3.DataFreshness"),
        dimensions,
        ("GreaterThanThreshold", _STUCK_SECONDS),
        statistic="Maximum",
        periods=3,
    )
    add_alarm(
        template,
        "DeliveryFailed",
        "Firehose could not put logs into the intake of the log archive. Its log group says why.",
        ("AWS/Firehose", "DeliveryToS3.Success"),
        dimensions,
        ("LessThanThreshold", 1),
        statistic="Average",
        periods=3,
    )


def _group(name: str, description: str, default: str | None = None) -> Input:
    return inputs.sibling(f"{name}LogGroupName", Kind.LOG_GROUP_NAME, description, default)


CONCERN = Concern(
    name="log-delivery",
    scopes=(Scope.SHARED, Scope.ENVIRONMENT),
    purpose="Logs of CloudWatch on their way into the log archive.",
    build=build,
    inputs=(
        *inputs.NAMES,
        BOUNDARY,
        inputs.LOGS_KEY,
        inputs.WARNING_TOPIC,
        inputs.LOG_INTAKE,
        AUDIT_KEY,
        *(_group(name, description) for name, description in _EVERYWHERE.items()),
        *(_group(name, description, "") for name, description in _OF_ENVIRONMENTS.items()),
    ),
)
