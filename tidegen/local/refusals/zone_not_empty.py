"""Records of a hosted zone; those that validate a certificate stay when it is deleted."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses

_REQUIRED = ("NS", "SOA")


@refuses(
    "zone-not-empty",
    "AWS::Route53::HostedZone",
    on=(DELETE,),
    message="The specified hosted zone contains non-required resource record sets and so cannot be"
    " deleted. (Service: AmazonRoute53; Status Code: 400; Error Code: HostedZoneNotEmpty)",
    source="https://github.com/rebuy-de/aws-nuke/issues/215",
    failure="zone-not-empty",
)
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
