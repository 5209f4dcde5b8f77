"""The length of a role's inline policies."""

from tidegen.cloudformation.quotas import INLINE_POLICIES_SIZE
from tidegen.local.handlers.base import Resource
from tidegen.local.policies import length
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses(
    "inline-policies-too-long",
    "AWS::IAM::Role",
    on=(CREATE, UPDATE),
    message="Maximum policy size of 10240 bytes exceeded for role {role} (Service: Iam, Status"
    " Code: 409, Error Code: LimitExceeded)",
    source="https://github.com/aws/copilot-cli/issues/5917",
    failure="policy-too-long",
)
def inline_policies_too_long(resource: Resource) -> Words:
    """A role's inline policies of more than 10,240 characters together."""
    policies = resource.properties.get("Policies", [])
    name = resource.physical_id or resource.properties.get("RoleName") or resource.identity.name()
    size = sum(length(policy["PolicyDocument"]) for policy in policies)
    return {"role": str(name)} if size > INLINE_POLICIES_SIZE else None
