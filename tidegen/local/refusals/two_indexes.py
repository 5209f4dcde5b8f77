"""Global indexes of a table: one is created or deleted at a time."""

from typing import Any

from tidegen.local.handlers.base import Resource
from tidegen.local.refusals.model import UPDATE, Words, refuses


@refuses(
    "two-indexes",
    "AWS::DynamoDB::Table",
    on=(UPDATE,),
    message="Cannot perform more than one GSI creation or deletion in a single update",
    source="https://github.com/aws/aws-cdk/issues/14920",
    failure="two-index-changes",
)
def two_indexes(resource: Resource) -> Words:
    """Creating or deleting two global indexes of a table in one update."""
    changed = indexes(resource.properties).keys() ^ indexes(resource.previous).keys()
    return {} if len(changed) > 1 else None


def indexes(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the global indexes of a table, by name."""
    return {index["IndexName"]: index for index in properties.get("GlobalSecondaryIndexes", [])}
