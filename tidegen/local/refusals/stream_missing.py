"""The delivery stream of a subscription, which gets a test message."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses(
    "stream-missing",
    "AWS::Logs::SubscriptionFilter",
    on=(CREATE, UPDATE),
    message="Could not deliver test message to specified Firehose stream. Check if the given"
    " Firehose stream is in ACTIVE state.",
    source="https://github.com/hashicorp/terraform-provider-aws/issues/17049",
    failure="stream-not-ready",
)
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
