"""The grammar of IAM's policies, judged by the validator of moto."""

from tidegen.local.handlers.base import Resource
from tidegen.local.policies import grammar_problems
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses(
    "policy-malformed",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    on=(CREATE, UPDATE),
    message="{problem} (Service: Iam, Status Code: 400, Error Code: MalformedPolicyDocument)",
    source="https://github.com/CloudSnorkel/CloudWatch2S3/issues/1",
    failure="policy-malformed",
)
def policy_malformed(resource: Resource) -> Words:
    """A policy that breaks IAM's grammar: an ARN without a type, a principal in the wrong place."""
    for problem in grammar_problems(resource.identity.type_name, resource.properties):
        return {"problem": problem}
    return None
