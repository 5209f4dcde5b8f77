"""Principals, which only the policies of resources have."""

from tidegen.local.handlers.base import Resource
from tidegen.local.policies import identity_documents
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses(
    "policy-principal",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    on=(CREATE, UPDATE),
    message="Policy document should not specify a principal. (Service: Iam, Status Code: 400, Error"
    " Code: MalformedPolicyDocument)",
    source="https://github.com/hashicorp/terraform/issues/13449",
    failure="policy-malformed",
)
def policy_principal(resource: Resource) -> Words:
    """A managed or inline policy with a principal."""
    for document in identity_documents(resource.identity.type_name, resource.properties):
        statements = document.get("Statement", [])
        listed = statements if isinstance(statements, list) else [statements]
        if any({"Principal", "NotPrincipal"} & statement.keys() for statement in listed):
            return {}
    return None
