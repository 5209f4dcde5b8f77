"""The length of a managed policy."""

from tidegen.cloudformation.quotas import MANAGED_POLICY_SIZE
from tidegen.local.handlers.base import Resource
from tidegen.local.policies import length
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses(
    "managed-policy-too-long",
    "AWS::IAM::ManagedPolicy",
    on=(CREATE, UPDATE),
    message="Cannot exceed quota for PolicySize: 6144 (Service: Iam, Status Code: 409, Error Code:"
    " LimitExceeded)",
    source="https://github.com/ministryofjustice/analytical-platform/issues/6873",
    failure="policy-too-long",
)
def managed_policy_too_long(resource: Resource) -> Words:
    """A managed policy of more than 6,144 characters."""
    return {} if length(resource.properties["PolicyDocument"]) > MANAGED_POLICY_SIZE else None
