"""Records of hosted zones."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses

_REQUIRED = ("NS", "SOA")


@refuses("AWS::Route53::HostedZone", on=(DELETE,))
def zone_not_empty(resource: Resource) -> Words:
    """Deleting a hosted zone with records other than its own NS and SOA."""
    zone = resource.physical_id
    answer = looked_up("route53", "list_resource_record_sets", HostedZoneId=zone)
    name = str(resource.properties.get("Name", "")).rstrip(".")
    others = [
        record
        for record in answer.get("ResourceRecordSets", [])
        if record["Type"] not in _REQUIRED or record["Name"].rstrip(".") != name
    ]
    return {} if others else None
