"""Security groups and their rules: one TCP port each, with a description."""

from typing import Any

from troposphere import Ref, Template, ec2

from tidegen.blocks.inputs import VPC

HTTPS = 443
ANYWHERE = "0.0.0.0/0"


def add_security_group(
    template: Template,
    title: str,
    description: str,
    *,
    vpc: Any = None,
    inbound: list[ec2.SecurityGroupRule] | None = None,
    outbound: list[ec2.SecurityGroupRule] | None = None,
    **extra: Any,
) -> ec2.SecurityGroup:
    """Add a group in `vpc`, by default the VPC of the input.

    Rules between two groups are resources of their own (`add_rule`): inside the groups they would
    be a cycle (failure circular-dependency).
    """
    rules = {"SecurityGroupIngress": inbound, "SecurityGroupEgress": outbound}
    return template.add_resource(
        ec2.SecurityGroup(
            title,
            GroupDescription=description,
            VpcId=vpc or Ref(VPC.name),
            **{name: value for name, value in rules.items() if value},
            **extra,
        )
    )


def rule(description: str, port: int, **peer: Any) -> ec2.SecurityGroupRule:
    """Return a rule inside a group; `peer` is its CidrIp, or its source or destination group."""
    return ec2.SecurityGroupRule(Description=description, **_tcp(port), **peer)


def add_rule(
    template: Template,
    title: str,
    description: str,
    port: int,
    *,
    group: Any,
    source: Any = None,
    destination: Any = None,
) -> str:
    """Allow connections to `group` from `source`, or from `group` to `destination`, all by id.

    Returns the rule's logical id.
    """
    common = {"Description": description, "GroupId": group, **_tcp(port)}
    added = template.add_resource(
        ec2.SecurityGroupIngress(title, **common, SourceSecurityGroupId=source)
        if source
        else ec2.SecurityGroupEgress(title, **common, DestinationSecurityGroupId=destination)
    )
    return str(added.title)


def _tcp(port: int) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
