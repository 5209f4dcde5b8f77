"""Subnets in use by network interfaces and load balancers."""

from collections.abc import Iterator

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses


@refuses(
    "subnet-in-use",
    "AWS::EC2::Subnet",
    on=(DELETE,),
    message="The subnet '{subnet}' has dependencies and cannot be deleted. (Service: Ec2, Status"
    " Code: 400, Error Code: DependencyViolation)",
    source="https://repost.aws/knowledge-center/troubleshoot-dependency-error-delete-vpc",
    failure="network-in-use",
)
def subnet_in_use(resource: Resource) -> Words:
    """Deleting a subnet with network interfaces or load balancers."""
    subnet = resource.physical_id
    return {"subnet": subnet} if subnet in _used() else None


def _used() -> Iterator[str]:
    """Yield the subnets of every interface, load balancer and NAT gateway."""
    for interface in looked_up("ec2", "describe_network_interfaces").get("NetworkInterfaces", []):
        yield interface.get("SubnetId", "")
    for balancer in looked_up("elbv2", "describe_load_balancers").get("LoadBalancers", []):
        yield from (zone.get("SubnetId", "") for zone in balancer.get("AvailabilityZones", []))
    for gateway in looked_up("ec2", "describe_nat_gateways").get("NatGateways", []):
        if gateway.get("State") != "deleted":
            yield gateway.get("SubnetId", "")
