"""Network ACLs of the three tiers: stateless, so that return traffic needs its own rules."""

from typing import Any

from troposphere import Ref, Tags, Template, ec2

_ANYWHERE = "0.0.0.0/0"
_ICMP = 1
_TCP = 6
_UDP = 17
_HTTPS = (443, 443)
_ALL_PORTS = (1, 65535)
#: Ports of return traffic, without remote desktop's 3389 (CT.EC2.PR.5).
_EPHEMERAL = ((1024, 3388), (3390, 65535))
#: Source ports of Linux (net.ipv4.ip_local_port_range).
_LINUX = (32768, 60999)
_MONGODB = (27017, 27017)
#: "Fragmentation needed": without it large packets are lost (AWS docs, "Network MTU", path MTU).
_FRAGMENTS = (3, 4)

# (protocol, ports, source or destination); None is the VPC's range.
_Rule = tuple[int, tuple[int, int], str | None]
_OUT: tuple[_Rule, ...] = (
    (_TCP, _ALL_PORTS, _ANYWHERE),
    (_UDP, _ALL_PORTS, _ANYWHERE),
    (_ICMP, _FRAGMENTS, _ANYWHERE),
)
_RETURN: tuple[_Rule, ...] = (
    *((_TCP, ports, _ANYWHERE) for ports in _EPHEMERAL),
    *((_UDP, ports, _ANYWHERE) for ports in _EPHEMERAL),
    (_ICMP, _FRAGMENTS, _ANYWHERE),
)
_INSIDE: tuple[_Rule, ...] = ((_TCP, _ALL_PORTS, None), (_UDP, _ALL_PORTS, None))
_RULES: dict[str, dict[bool, tuple[_Rule, ...]]] = {
    # Outgoing traffic of the private tier enters the public tier on its way to the NAT gateways,
    # for any destination port: SMTP, NTP, SSH of a repository.
    "Public": {False: ((_TCP, _HTTPS, _ANYWHERE), *_INSIDE, *_RETURN), True: _OUT},
    "Private": {False: (*_INSIDE, *_RETURN), True: _OUT},
    # The S3 gateway endpoint answers from public addresses that an ACL cannot name: the missing
    # default route and the security groups keep the data tier closed, not this list. DNS and time
    # are served by the VPC's resolver and the host, which no ACL filters.
    "Data": {
        False: ((_TCP, _MONGODB, None), (_TCP, _LINUX, _ANYWHERE)),
        True: ((_TCP, _HTTPS, _ANYWHERE), (_TCP, (1024, 65535), None)),
    },
}


def add_network_acls(template: Template, tiers: tuple[str, ...], zones: tuple[int, ...]) -> None:
    """Add an ACL for each tier, its entries, and its associations with the tier's subnets."""
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
    if protocol == _ICMP:
        match: dict[str, Any] = {"Icmp": ec2.ICMP(Type=first, Code=last)}
    else:
        match = {"PortRange": ec2.PortRange(From=first, To=last)}
    return ec2.NetworkAclEntry(
        f"{tier}{'Egress' if egress else 'Ingress'}{number}",
        NetworkAclId=Ref(f"{tier}NetworkAcl"),
        RuleNumber=number * 100,
        Egress=egress,
        Protocol=protocol,
        **match,
        CidrBlock=block,
        RuleAction="allow",
    )
