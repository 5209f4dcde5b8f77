"""Tables of DynamoDB and their indexes."""

from typing import Any

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, UPDATE, Words, refuses

_FIXED = ("KeySchema", "Projection")


@refuses("AWS::DynamoDB::Table", on=(UPDATE,))
def index_fixed(resource: Resource) -> Words:
    """Other keys or another projection of a global index of the same name."""
    wanted, before = indexes(resource.properties), indexes(resource.previous)
    kept = wanted.keys() & before.keys()
    changed = [i for i in kept if any(wanted[i].get(n) != before[i].get(n) for n in _FIXED)]
    return {} if changed else None


@refuses("AWS::DynamoDB::Table", on=(UPDATE,))
def two_indexes(resource: Resource) -> Words:
    """Creating or deleting two global indexes of a table in one update."""
    changed = indexes(resource.properties).keys() ^ indexes(resource.previous).keys()
    return {} if len(changed) > 1 else None


def indexes(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the global indexes of a table, by name."""
    return {index["IndexName"]: index for index in properties.get("GlobalSecondaryIndexes", [])}


@refuses("AWS::DynamoDB::Table", on=(DELETE,))
def table_protected(resource: Resource) -> Words:
    """Deleting a table with deletion protection."""
    answer = looked_up("dynamodb", "describe_table", TableName=resource.physical_id)
    return {} if answer.get("Table", {}).get("DeletionProtectionEnabled") else None
