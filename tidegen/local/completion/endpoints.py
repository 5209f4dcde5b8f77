"""The DNS names of an interface endpoint, which upstream does not return."""

from tidegen.local.handlers.base import Properties, Resource

_ZONE = "Z1HUB23UULQXV"  # in the format of the hosted zone of VPC endpoints


def complete(resource: Resource, name: str) -> Properties:
    """Return DnsEntries as `hosted zone:name` (AWS docs, AWS::EC2::VPCEndpoint return values)."""
    if resource.properties.get("VpcEndpointType") != "Interface":
        return {}
    host = f"{name}.{resource.identity.region}.vpce.amazonaws.com"
    return {"DnsEntries": [f"{_ZONE}:{host}"]}
