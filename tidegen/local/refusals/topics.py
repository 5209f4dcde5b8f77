"""Policies of SNS topics."""

from tidegen.local.handlers.base import Resource
from tidegen.local.principals import missing_principals
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses("AWS::SNS::TopicPolicy", on=(CREATE, UPDATE))
def topic_principal_missing(resource: Resource) -> Words:
    """A topic policy that names a role or user that does not exist."""
    return {} if any(missing_principals(resource.properties.get("PolicyDocument"))) else None
