"""The principals of a key's policy."""

from tidegen.local.handlers.base import Resource
from tidegen.local.principals import missing_principals
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses(
    "key-principal-missing",
    "AWS::KMS::Key",
    on=(CREATE, UPDATE),
    message="Policy contains a statement with one or more invalid principals. (Service: Kms, Status"
    " Code: 400, Error Code: MalformedPolicyDocumentException)",
    source="https://github.com/lightspin-tech/eks-creation-engine/issues/4",
    failure="role-missing",
)
def key_principal_missing(resource: Resource) -> Words:
    """A key whose policy names a role or user that does not exist."""
    return {} if any(missing_principals(resource.properties.get("KeyPolicy"))) else None
