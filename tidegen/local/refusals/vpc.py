"""Networks, subnets and security groups in use."""

from collections.abc import Iterator
from typing import Any

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses


@refuses("AWS::EC2::SecurityGroup", on=(DELETE,))
def group_in_use(resource: Resource) -> Words:
    """Deleting a security group that an interface or a rule of another group uses."""
    group = resource.physical_id
    return {"group": group} if group in _groups_in_use(group) else None


def _groups_in_use(group: str) -> Iterator[str]:
    """Yield the groups of every interface, and those that the rules of other groups refer to."""
    for interface in looked_up("ec2", "describe_network_interfaces").get("NetworkInterfaces", []):
        yield from (item["GroupId"] for item in interface["Groups"])
    for balancer in looked_up("elbv2", "describe_load_balancers").get("LoadBalancers", []):
        yield from balancer.get("SecurityGroups", [])
    for other in looked_up("ec2", "describe_security_groups").get("SecurityGroups", []):
        if other["GroupId"] != group:
            yield from _referred(other)


def _referred(group: dict[str, Any]) -> Iterator[str]:
    """Yield the groups that the rules of a group refer to."""
    for rule in (*group.get("IpPermissions", []), *group.get("IpPermissionsEgress", [])):
        yield from (pair["GroupId"] for pair in rule.get("UserIdGroupPairs", []))


@refuses("AWS::EC2::Subnet", on=(DELETE,))
def subnet_in_use(resource: Resource) -> Words:
    """Deleting a subnet with network interfaces or load balancers."""
    subnet = resource.physical_id
    return {"subnet": subnet} if subnet in _subnets_in_use() else None


def _subnets_in_use() -> Iterator[str]:
    """Yield the subnets of every interface, load balancer and NAT gateway."""
    for interface in looked_up("ec2", "describe_network_interfaces").get("NetworkInterfaces", []):
        yield interface.get("SubnetId", "")
    for balancer in looked_up("elbv2", "describe_load_balancers").get("LoadBalancers", []):
        yield from (zone.get("SubnetId", "") for zone in balancer.get("AvailabilityZones", []))
    for gateway in looked_up("ec2", "describe_nat_gateways").get("NatGateways", []):
        if gateway.get("State") != "deleted":
            yield gateway.get("SubnetId", "")


@refuses("AWS::EC2::VPC", on=(DELETE,))
def vpc_in_use(resource: Resource) -> Words:
    """Deleting a VPC with subnets, security groups of its own or an internet gateway."""
    vpc = resource.physical_id
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    if looked_up("ec2", "describe_subnets", Filters=filters).get("Subnets"):
        return {"vpc": vpc}
    groups = looked_up("ec2", "describe_security_groups", Filters=filters).get("SecurityGroups", [])
    if any(group["GroupName"] != "default" for group in groups):
        return {"vpc": vpc}
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    gateways = looked_up("ec2", "describe_internet_gateways", Filters=attached)
    held = [a["VpcId"] for g in gateways.get("InternetGateways", []) for a in g["Attachments"]]
    return {"vpc": vpc} if vpc in held else None
