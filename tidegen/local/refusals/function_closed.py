"""The function of a subscription, which gets a test message."""

import json

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import CREATE, UPDATE, Words, refuses


@refuses(
    "function-closed",
    "AWS::Logs::SubscriptionFilter",
    on=(CREATE, UPDATE),
    message="Could not execute the lambda function. Make sure you have given CloudWatch Logs"
    " permission to execute your function.",
    source="https://github.com/aws/serverless-application-model/issues/315",
    failure="subscription-before-permission",
)
def function_closed(resource: Resource) -> Words:
    """A subscription to a function that CloudWatch Logs may not invoke yet."""
    arn = str(resource.properties["DestinationArn"])
    if ":lambda:" not in arn:
        return None
    policy = looked_up("lambda", "get_policy", FunctionName=arn).get("Policy", "{}")
    statements = json.loads(policy).get("Statement", [])
    return None if any("logs." in json.dumps(s.get("Principal")) for s in statements) else {}
