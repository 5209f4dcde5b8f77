"""Keys of KMS."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.principals import missing_principals
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses("AWS::KMS::Alias", on=(CREATE, UPDATE))
def key_pending_deletion(resource: Resource) -> Words:
    """An alias of a key that is pending deletion."""
    answer = looked_up("kms", "describe_key", KeyId=resource.properties["TargetKeyId"])
    key = answer.get("KeyMetadata", {})
    return {"arn": key["Arn"]} if key.get("KeyState") == "PendingDeletion" else None


@refuses("AWS::KMS::Key", on=(CREATE, UPDATE))
def key_principal_missing(resource: Resource) -> Words:
    """A key whose policy names a role or user that does not exist."""
    return {} if any(missing_principals(resource.properties.get("KeyPolicy"))) else None
