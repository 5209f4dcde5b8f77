"""Security groups in use by network interfaces and by rules of other groups."""

from collections.abc import Iterator
from typing import Any

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses


@refuses(
    "group-in-use",
    "AWS::EC2::SecurityGroup",
    on=(DELETE,),
    message="resource {group} has a dependent object (Service: Ec2, Status Code: 400, Error Code:"
    " DependencyViolation)",
    source="https://github.com/docker-archive/ecs-plugin/issues/203",
    failure="network-in-use",
)
def group_in_use(resource: Resource) -> Words:
    """Deleting a security group that an interface or a rule of another group uses."""
    group = resource.physical_id
    return {"group": group} if group in _used(group) else None


def _used(group: str) -> Iterator[str]:
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
