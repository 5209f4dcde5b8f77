"""Encryption and other attributes of an SNS topic."""

import json

from tidegen.local.handlers.base import Properties, Resource
from tidegen.local.handlers.service import client

_ATTRIBUTES = ("KmsMasterKeyId", "SignatureVersion", "TracingConfig", "ArchivePolicy")


def complete(resource: Resource, name: str) -> Properties:
    """Set the topic's attributes that upstream drops, and clear those that are no longer set."""
    for attribute in _ATTRIBUTES:
        value = resource.properties.get(attribute, "")
        if value != resource.previous.get(attribute, ""):
            text = value if isinstance(value, str) else json.dumps(value)
            client("sns").set_topic_attributes(
                TopicArn=name, AttributeName=attribute, AttributeValue=text
            )
    return {}
