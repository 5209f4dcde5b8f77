"""The key of an alias, which may be pending deletion."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses(
    "key-pending-deletion",
    "AWS::KMS::Alias",
    on=(CREATE, UPDATE),
    message="{arn} is pending deletion. (Service: Kms, Status Code: 400, Error Code:"
    " KMSInvalidStateException)",
    source="https://github.com/hashicorp/terraform-provider-aws/issues/17889",
    failure="key-pending-deletion",
)
def key_pending_deletion(resource: Resource) -> Words:
    """An alias of a key that is pending deletion."""
    answer = looked_up("kms", "describe_key", KeyId=resource.properties["TargetKeyId"])
    key = answer.get("KeyMetadata", {})
    return {"arn": key["Arn"]} if key.get("KeyState") == "PendingDeletion" else None
