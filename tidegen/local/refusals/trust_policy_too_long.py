"""The length of a trust policy."""

from tidegen.cloudformation.quotas import TRUST_POLICY_SIZE
from tidegen.local.handlers.base import Resource
from tidegen.local.policies import length
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses(
    "trust-policy-too-long",
    "AWS::IAM::Role",
    on=(CREATE, UPDATE),
    message="Cannot exceed quota for ACLSizePerRole: 2048 (Service: Iam, Status Code: 409, Error"
    " Code: LimitExceeded)",
    source="https://github.com/kubeflow/dashboard/issues/29",
    failure="policy-too-long",
)
def trust_policy_too_long(resource: Resource) -> Words:
    """A role's trust policy of more than 2,048 characters."""
    size = length(resource.properties["AssumeRolePolicyDocument"])
    return {} if size > TRUST_POLICY_SIZE else None
