"""Network ACLs of the three tiers: stateless, so that return traffic is spelled out."""

from typing import Any

from troposphere import Ref, Tags, Template, ec2

_ANYWHERE = "0.0.0.0/0"
_TCP = 6
_UDP = 17
_EPHEMERAL = (1024, 65535)
_HTTPS = (443, 443)
_HTTP = (80, 80)
_DNS = (53, 53)
_ALL_PORTS = (1, 65535)

# (protocol, ports, source or destination); None is the VPC's own range.
_Rule = tuple[int, tuple[int, int], str | None]
_OUT: tuple[_Rule, ...] = ((_TCP, _ALL_PORTS, _ANYWHERE), (_UDP, _ALL_PORTS, _ANYWHERE))
_RULES: dict[str, dict[bool, tuple[_Rule, ...]]] = {
    "Public": {
        False: (
            (_TCP, _HTTPS, _ANYWHERE),
            (_TCP, _HTTP, _ANYWHERE),
            (_TCP, _EPHEMERAL, _ANYWHERE),
            (_UDP, _EPHEMERAL, _ANYWHERE),
        ),
        True: _OUT,
    },
    "Private": {
        False: (
            (_TCP, _ALL_PORTS, None),
            (_UDP, _ALL_PORTS, None),
            (_TCP, _EPHEMERAL, _ANYWHERE),
            (_UDP, _EPHEMERAL, _ANYWHERE),
        ),
        True: _OUT,
    },
    # The S3 gateway endpoint answers from public addresses that an ACL cannot name: the missing
    # default route and the security groups keep the data tier closed, not this list.
    "Data": {
        False: ((_TCP, _EPHEMERAL, _ANYWHERE), (_TCP, _HTTPS, None), (_UDP, _EPHEMERAL, None)),
        True: (
            (_TCP, _HTTPS, _ANYWHERE),
            (_TCP, _EPHEMERAL, None),
            (_UDP, _DNS, None),
            (_TCP, _DNS, None),
        ),
    },
}


def add_network_acls(template: Template, tiers: tuple[str, ...], zones: tuple[int, ...]) -> None:
    """One ACL a tier, its entries, and its association with the tier's subnets."""
    for tier in tiers:
        acl = ec2.NetworkAcl(f"{tier}NetworkAcl", VpcId=Ref("Vpc"), Tags=Tags(Name=tier.lower()))
        template.add_resource(acl)
        for egress, rules in _RULES[tier].items():
            for number, rule in enumerate(rules, start=1):
                template.add_resource(_entry(tier, egress, number, rule))
        for zone in zones:
            template.add_resource(
                ec2.SubnetNetworkAclAssociation(
                    f"{tier}Subnet{zone}NetworkAcl",
                    NetworkAclId=Ref(acl),
                    SubnetId=Ref(f"{tier}Subnet{zone}"),
                )
            )


def _entry(tier: str, egress: bool, number: int, rule: _Rule) -> ec2.NetworkAclEntry:
    protocol, (first, last), cidr = rule
    block: Any = cidr or Ref("VpcCidr")
    return ec2.NetworkAclEntry(
        f"{tier}{'Egress' if egress else 'Ingress'}{number}",
        NetworkAclId=Ref(f"{tier}NetworkAcl"),
        RuleNumber=number * 100,
        Egress=egress,
        Protocol=protocol,
        PortRange=ec2.PortRange(From=first, To=last),
        CidrBlock=block,
        RuleAction="allow",
    )
