"""Encryption, backup, protection and time to live of a DynamoDB table."""

from tidegen.local.handlers.base import Properties, Resource
from tidegen.local.handlers.service import client


def complete(resource: Resource, name: str) -> Properties:
    """Set the table's properties that upstream drops."""
    properties, old = resource.properties, resource.previous
    _encryption(name, properties, old)
    _backups(name, properties, old)
    _protection(name, properties, old)
    if "TimeToLiveSpecification" in properties:
        given = properties["TimeToLiveSpecification"]
        if given != old.get("TimeToLiveSpecification"):
            client("dynamodb").update_time_to_live(TableName=name, TimeToLiveSpecification=given)
    return {}


def _encryption(name: str, properties: Properties, old: Properties) -> None:
    """Set server-side encryption, in the format of DynamoDB's API."""
    given = properties.get("SSESpecification", {"SSEEnabled": False})
    if given == old.get("SSESpecification", {"SSEEnabled": False}):
        return
    wanted = {"Enabled": given["SSEEnabled"]}
    wanted |= {key: given[key] for key in ("SSEType", "KMSMasterKeyId") if key in given}
    client("dynamodb").update_table(TableName=name, SSESpecification=wanted)


def _backups(name: str, properties: Properties, old: Properties) -> None:
    """Set point-in-time recovery."""
    given = properties.get("PointInTimeRecoverySpecification")
    if given is None and "PointInTimeRecoverySpecification" not in old:
        return
    client("dynamodb").update_continuous_backups(
        TableName=name,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False} | (given or {}),
    )


def _protection(name: str, properties: Properties, old: Properties) -> None:
    """Set deletion protection; upstream takes the text "false" of a parameter for true."""
    key = "DeletionProtectionEnabled"
    if key in properties or key in old:
        client("dynamodb").update_table(TableName=name, **{key: properties.get(key, False)})
