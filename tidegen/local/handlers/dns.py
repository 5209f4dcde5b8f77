"""Route 53: record sets in groups, and health checks."""

from typing import Any

from tidegen.local.handlers.base import Handler, Properties, Resource, Result, handles
from tidegen.local.handlers.service import client


@handles("AWS::Route53::RecordSetGroup")
class RecordSetGroup(Handler):
    """Several records of one zone."""

    def create(self, resource: Resource) -> Result:
        """Create the records; refuse one that exists."""
        _change(resource.properties, "CREATE", resource.properties.get("RecordSets", []))
        return Result(resource.identity.name())

    def update(self, resource: Resource) -> Result:
        """Set the records of the template and delete the others."""
        wanted = resource.properties.get("RecordSets", [])
        old, kept = resource.previous, {_key(record) for record in wanted}
        _change(old, "DELETE", [r for r in old.get("RecordSets", []) if _key(r) not in kept])
        _change(resource.properties, "UPSERT", wanted)
        return Result(resource.physical_id)

    def delete(self, resource: Resource) -> None:
        """Delete the records."""
        _change(resource.properties, "DELETE", resource.properties.get("RecordSets", []))


def _change(properties: Properties, action: str, records: list[Properties]) -> None:
    """Change records of the zone in one batch."""
    if not records:
        return
    changes = [{"Action": action, "ResourceRecordSet": _record(record)} for record in records]
    client("route53").change_resource_record_sets(
        HostedZoneId=_zone(properties), ChangeBatch={"Changes": changes}
    )


def _zone(properties: Properties) -> str:
    """Return the id of the group's zone, looked up when only its name is given."""
    if "HostedZoneId" in properties:
        return str(properties["HostedZoneId"])
    name = properties["HostedZoneName"]
    for zone in client("route53").list_hosted_zones()["HostedZones"]:
        if zone["Name"].rstrip(".") == str(name).rstrip("."):
            return str(zone["Id"]).rpartition("/")[2]
    raise ValueError(f"No hosted zone named {name} found")


def _record(record: Properties) -> Properties:
    """Return a record in the format of the API."""
    made: Properties = {k: v for k, v in record.items() if k not in ("ResourceRecords", "TTL")}
    if "ResourceRecords" in record:
        made["ResourceRecords"] = [{"Value": str(value)} for value in record["ResourceRecords"]]
    if "TTL" in record:
        made["TTL"] = int(record["TTL"])
    if "AliasTarget" in record:
        health = str(record["AliasTarget"].get("EvaluateTargetHealth", False)).lower() == "true"
        made["AliasTarget"] = {**record["AliasTarget"], "EvaluateTargetHealth": health}
    return made


def _key(record: Properties) -> tuple[Any, ...]:
    """Return the key of a record in its zone."""
    return record["Name"], record["Type"], record.get("SetIdentifier")


@handles("AWS::Route53::HealthCheck")
class HealthCheck(Handler):
    """A health check."""

    def create(self, resource: Resource) -> Result:
        """Create the check."""
        made = client("route53").create_health_check(
            CallerReference=resource.identity.digest("CallerReference")[:64],
            HealthCheckConfig=resource.properties["HealthCheckConfig"],
        )["HealthCheck"]
        self._tag(made["Id"], resource)
        return Result(made["Id"])

    def update(self, resource: Resource) -> Result:
        """Change the check; create another one for another type."""
        wanted, had = (
            resource.properties["HealthCheckConfig"],
            resource.previous["HealthCheckConfig"],
        )
        fixed = ("Type", "MeasureLatency", "RequestInterval")
        if any(str(wanted.get(name)) != str(had.get(name)) for name in fixed):
            return self.create(resource)
        settings = {name: value for name, value in wanted.items() if name not in fixed}
        client("route53").update_health_check(HealthCheckId=resource.physical_id, **settings)
        self._tag(resource.physical_id, resource)
        return Result(resource.physical_id)

    def delete(self, resource: Resource) -> None:
        """Delete the check."""
        client("route53").delete_health_check(HealthCheckId=resource.physical_id)

    def _tag(self, identifier: str, resource: Resource) -> None:
        """Set the check's tags."""
        tags = resource.tags("HealthCheckTags")
        if tags:
            client("route53").change_tags_for_resource(
                ResourceType="healthcheck", ResourceId=identifier, AddTags=tags
            )
