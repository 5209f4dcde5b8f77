"""The principals of a role's trust policy."""

from tidegen.local.handlers.base import Resource
from tidegen.local.principals import missing_principals
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses(
    "role-principal-missing",
    "AWS::IAM::Role",
    on=(CREATE, UPDATE),
    message='Invalid principal in policy: "AWS":"{arn}" (Service: Iam, Status Code: 400, Error'
    " Code: MalformedPolicyDocument)",
    source="https://github.com/aws-samples/aws-secure-environment-accelerator/issues/1136",
    failure="role-missing",
)
def role_principal_missing(resource: Resource) -> Words:
    """A role that trusts a role or user that does not exist, itself for example."""
    for arn in missing_principals(resource.properties.get("AssumeRolePolicyDocument")):
        return {"arn": arn}
    return None
