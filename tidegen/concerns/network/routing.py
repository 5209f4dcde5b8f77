"""Routing of a VPC: internet gateway, NAT gateways by capacity, and the route tables."""

from troposphere import GetAtt, If, Join, NoValue, Ref, Tags, Template, ec2

from tidegen.blocks.suppressions import unmet

_ANYWHERE = "0.0.0.0/0"
#: Condition under which a zone has its own NAT gateway; the first zone always has one.
_HAS_NAT = {2: "HasSecondNat", 3: "HasThirdNat"}


def add_routing(template: Template, zones: tuple[int, ...]) -> None:
    """Add gateways and tables: public to the internet, private through NAT, data without a route.

    The data tier has no default route: it reaches AWS services through endpoints.
    """
    _add_internet(template)
    for zone in zones:
        _add_nat(template, zone)
    _add_public_table(template, zones)
    for zone in zones:
        _add_private_table(template, zone)
    _add_route_table(template, "Data", "Data", zones)


def nat_addresses(zones: tuple[int, ...]) -> Join:
    """Return the public source addresses of outgoing traffic, for third parties' allow lists."""
    addresses = [
        If(_HAS_NAT[zone], Ref(f"NatAddress{zone}"), NoValue)
        if zone in _HAS_NAT
        else Ref(f"NatAddress{zone}")
        for zone in zones
    ]
    return Join(",", addresses)


def _add_internet(template: Template) -> None:
    template.add_resource(ec2.InternetGateway("InternetGateway"))
    template.add_resource(
        ec2.VPCGatewayAttachment(
            "InternetGatewayAttachment",
            VpcId=Ref("Vpc"),
            InternetGatewayId=Ref("InternetGateway"),
        )
    )


def _add_nat(template: Template, zone: int) -> None:
    """Add a NAT gateway with its address, in one zone."""
    condition = {"Condition": _HAS_NAT[zone]} if zone in _HAS_NAT else {}
    template.add_resource(
        ec2.EIP(
            f"NatAddress{zone}",
            Domain="vpc",
            DependsOn="InternetGatewayAttachment",
            **condition,
        )
    )
    template.add_resource(
        ec2.NatGateway(
            f"NatGateway{zone}",
            AllocationId=GetAtt(f"NatAddress{zone}", "AllocationId"),
            SubnetId=Ref(f"PublicSubnet{zone}"),
            DependsOn="InternetGatewayAttachment",
            **condition,
        )
    )


def nat_gateway(zone: int) -> object:
    """Return the zone's own NAT gateway where it has one, else the first."""
    first = Ref("NatGateway1")
    return If(_HAS_NAT[zone], Ref(f"NatGateway{zone}"), first) if zone in _HAS_NAT else first


def _add_public_table(template: Template, zones: tuple[int, ...]) -> None:
    _add_route_table(template, "Public", "Public", zones)
    template.add_resource(
        ec2.Route(
            "PublicDefaultRoute",
            RouteTableId=Ref("PublicRouteTable"),
            DestinationCidrBlock=_ANYWHERE,
            GatewayId=Ref("InternetGateway"),
            DependsOn="InternetGatewayAttachment",
            Metadata=unmet(
                "Only the load balancer and the NAT gateways face the internet.",
                "NO_UNRESTRICTED_ROUTE_TO_IGW",
            ),
        )
    )


def _add_private_table(template: Template, zone: int) -> None:
    _add_route_table(template, f"Private{zone}", "Private", (zone,))
    template.add_resource(
        ec2.Route(
            f"Private{zone}DefaultRoute",
            RouteTableId=Ref(f"Private{zone}RouteTable"),
            DestinationCidrBlock=_ANYWHERE,
            NatGatewayId=nat_gateway(zone),
        )
    )


def _add_route_table(template: Template, name: str, tier: str, zones: tuple[int, ...]) -> None:
    table = ec2.RouteTable(f"{name}RouteTable", VpcId=Ref("Vpc"), Tags=Tags(Name=name.lower()))
    template.add_resource(table)
    for zone in zones:
        template.add_resource(
            ec2.SubnetRouteTableAssociation(
                f"{tier}Subnet{zone}RouteTable",
                RouteTableId=Ref(table),
                SubnetId=Ref(f"{tier}Subnet{zone}"),
            )
        )
