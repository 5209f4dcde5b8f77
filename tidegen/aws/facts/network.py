"""Networks and DNS."""

from typing import Any

from tidegen.aws.facts.dns_lookup import name_servers
from tidegen.aws.facts.reader import Reader
from tidegen.aws.sessions import local_endpoint
from tidegen.contract import Topic
from tidegen.errors import DeploymentError
from tidegen.planning.preflight import Answer

Names = tuple[str, ...]


def _endpoints(reader: Reader, vpcs: Names) -> Answer:
    key = "VpcEndpoints"
    listed = reader.pages("ec2", "describe_vpc_endpoints", key, Filters=_values("vpc-id", vpcs))
    return {
        item["ServiceName"]: item["VpcEndpointId"]
        for item in listed
        if item.get("PrivateDnsEnabled") and item["State"].lower() != "deleted"
    }


def _hosted_zones(reader: Reader, domains: Names) -> Answer:
    by_domain = {domain: _zones_of(reader, domain) for domain in domains}
    return {domain: zones for domain, zones in by_domain.items() if zones}


def _zones_of(reader: Reader, domain: str) -> tuple[str, ...]:
    """Return the public zones of a domain; the list begins at it and continues with later names."""
    listed = reader.call("route53", "list_hosted_zones_by_name", DNSName=domain)["HostedZones"]
    public = (zone for zone in listed if not zone.get("Config", {}).get("PrivateZone"))
    return tuple(
        zone["Id"].rpartition("/")[2] for zone in public if zone["Name"].rstrip(".") == domain
    )


def _interfaces(reader: Reader, subnets: Names) -> Answer:
    key, by_subnet = "NetworkInterfaces", _values("subnet-id", subnets)
    listed = reader.pages("ec2", "describe_network_interfaces", key, Filters=by_subnet)
    return {
        item["NetworkInterfaceId"]: (item.get("Description", ""), item.get("Status", ""))
        for item in listed
    }


def _connections(reader: Reader, services: Names) -> Answer:
    key, by_service = "VpcEndpointConnections", _values("service-id", services)
    listed = reader.pages("ec2", "describe_vpc_endpoint_connections", key, Filters=by_service)
    connections: dict[str, list[str]] = {}
    for item in listed:
        if item.get("VpcEndpointState", "").lower() in ("available", "pendingacceptance"):
            connections.setdefault(item["ServiceId"], []).append(item["VpcEndpointId"])
    return {service: tuple(sorted(ends)) for service, ends in connections.items()}


def _service_zones(reader: Reader, services: Names) -> Answer:
    """Return the offered services; raise DeploymentError on the local engine, which has few."""
    if local_endpoint():
        raise DeploymentError("a local engine does not know where services are offered")
    key, by_name = "ServiceDetails", _values("service-name", services)
    details = reader.pages("ec2", "describe_vpc_endpoint_services", key, Filters=by_name)
    return {item["ServiceName"]: sorted(item["AvailabilityZones"]) for item in details}


def _zone_servers(reader: Reader, zones: Names) -> Answer:
    answers = [reader.call("route53", "get_hosted_zone", Id=zone) for zone in zones]
    return {
        zone["HostedZone"]["Name"].rstrip("."): tuple(
            sorted(zone.get("DelegationSet", {}).get("NameServers", ()))
        )
        for zone in answers
    }


def _name_servers(_: Reader, domains: Names) -> Answer:
    return {domain: name_servers(domain) for domain in domains}


def _values(name: str, values: Names) -> list[dict[str, Any]]:
    return [{"Name": name, "Values": list(values)}]


READERS = {
    Topic.CONNECTIONS: _connections,
    Topic.ENDPOINTS: _endpoints,
    Topic.HOSTED_ZONES: _hosted_zones,
    Topic.INTERFACES: _interfaces,
    Topic.NAME_SERVERS: _name_servers,
    Topic.SERVICE_ZONES: _service_zones,
    Topic.ZONE_SERVERS: _zone_servers,
}
