"""The number of a role's managed policies."""

from tidegen.cloudformation.quotas import POLICIES_PER_ROLE
from tidegen.local.handlers.base import Resource
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


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
    attached = resource.properties.get("ManagedPolicyArns", [])
    return {} if len(attached) > POLICIES_PER_ROLE else None
