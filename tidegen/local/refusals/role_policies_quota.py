"""The number of a role's managed policies."""

from tidegen.local.handlers.base import Resource
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses

_LIMIT = 10  # the default quota


@refuses(
    "role-policies-quota",
    "AWS::IAM::Role",
    on=(CREATE, UPDATE),
    message="Cannot exceed quota for PoliciesPerRole: 10 (Service: Iam, Status Code: 409, Error"
    " Code: LimitExceeded)",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    failure="role-policies-quota",
)
def role_policies_quota(resource: Resource) -> Words:
    """More than ten managed policies of a role."""
    return {} if len(resource.properties.get("ManagedPolicyArns", [])) > _LIMIT else None
