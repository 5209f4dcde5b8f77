"""Deletion protection of a DynamoDB table."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses


@refuses(
    "table-protected",
    "AWS::DynamoDB::Table",
    on=(DELETE,),
    message="Resource cannot be deleted as it is currently protected against deletion. Disable"
    " deletion protection first.",
    source="https://github.com/nubo-db/dynoxide/issues/46",
    failure="deletion-protected",
)
def table_protected(resource: Resource) -> Words:
    """Deleting a table with deletion protection."""
    answer = looked_up("dynamodb", "describe_table", TableName=resource.physical_id)
    return {} if answer.get("Table", {}).get("DeletionProtectionEnabled") else None
