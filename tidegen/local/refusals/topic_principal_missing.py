"""The principals of a topic's policy."""

from tidegen.local.handlers.base import Resource
from tidegen.local.principals import missing_principals
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses(
    "topic-principal-missing",
    "AWS::SNS::TopicPolicy",
    on=(CREATE, UPDATE),
    message="Invalid parameter: Policy Error: PrincipalNotFound (Service: Sns, Status Code: 400)",
    source="https://github.com/hashicorp/terraform-provider-aws/issues/26041",
    failure="role-missing",
)
def topic_principal_missing(resource: Resource) -> Words:
    """A topic policy that names a role or user that does not exist."""
    return {} if any(missing_principals(resource.properties.get("PolicyDocument"))) else None
