"""The VPC: public, private and data subnets over three zones, and flow logs."""

from troposphere import (
    Condition,
    Equals,
    GetAtt,
    Join,
    Or,
    Ref,
    Select,
    Tags,
    Template,
    ec2,
)

from tidegen.blocks import inputs
from tidegen.blocks.endpoints import add_endpoints
from tidegen.blocks.flow_logs import add_flow_logs
from tidegen.blocks.roles import BOUNDARY
from tidegen.blocks.suppressions import unmet
from tidegen.concerns.network.acls import add_network_acls
from tidegen.concerns.network.routing import add_routing, nat_addresses, nat_gateway
from tidegen.contract import PLATFORM, ZONES, Concern, Context, Kind, Output

TIERS = ("Public", "Private", "Data")
#: cdk-nag's VPCDefaultSecurityGroupClosed fires on every VPC.
_DEFAULT_GROUP = (
    "CloudFormation cannot edit a VPC's default security group: no resource uses it, the deploy"
    " closes it, and a Config rule reports it if it is opened."
)


def add_resources(template: Template, _context: Context) -> None:
    """Add the VPC, its subnets, routes, network ACLs, endpoints and flow logs."""
    _add_conditions(template)
    _add_vpc(template)
    for tier in TIERS:
        for zone in ZONES:
            template.add_resource(_subnet(tier, zone))
    add_routing(template, ZONES)
    add_network_acls(template, TIERS, ZONES)
    add_endpoints(template, ZONES)
    add_flow_logs(template)


def _add_conditions(template: Template) -> None:
    """Add conditions of capacity: NAT gateways, and zones with endpoints."""
    count = Ref("NatGateways")
    template.add_condition("HasThirdNat", Equals(count, "3"))
    template.add_condition("HasSecondNat", Or(Equals(count, "2"), Condition("HasThirdNat")))
    template.add_condition("HasFullEndpoints", Equals(Ref("Endpoints"), "full"))


def _add_vpc(template: Template) -> None:
    """Add the VPC, with both DNS settings that private names of interface endpoints need."""
    template.add_resource(
        ec2.VPC(
            "Vpc",
            CidrBlock=Ref("VpcCidr"),
            EnableDnsSupport=True,
            EnableDnsHostnames=True,
            Metadata=unmet(_DEFAULT_GROUP, "HIPAA.Security-VPCDefaultSecurityGroupClosed"),
        )
    )


def _subnet(tier: str, zone: int) -> ec2.Subnet:
    """Return a subnet without automatic public addresses (CT.EC2.PR.11 needs the literal)."""
    return ec2.Subnet(
        f"{tier}Subnet{zone}",
        VpcId=Ref("Vpc"),
        # Fn::GetAZs may give other zones at a later update.
        AvailabilityZone=Ref(f"Zone{zone}"),
        CidrBlock=Select(zone - 1, Ref(f"{tier}Subnets")),
        MapPublicIpOnLaunch=False,
        # No kubernetes.io/role tags: CloudFormation creates the load balancers, not a Service.
        Tags=Tags(Name=f"{tier.lower()}-{zone}"),
    )


def _subnet_ids(tier: str) -> Join:
    return Join(",", [Ref(f"{tier}Subnet{zone}") for zone in ZONES])


CONCERN = Concern(
    scopes=PLATFORM,
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        inputs.VPC_CIDR,
        inputs.from_field("PublicSubnets", "network.public_subnets"),
        inputs.from_field("PrivateSubnets", "network.private_subnets"),
        inputs.from_field("DataSubnets", "network.data_subnets"),
        *(inputs.from_field(f"Zone{zone}", f"network.zone_{zone}") for zone in ZONES),
        inputs.from_field("NatGateways", "network.nat_gateways"),
        inputs.from_field("Endpoints", "network.endpoints"),
        inputs.LOGS_KEY,
        BOUNDARY,
        inputs.LOG_INTAKE,
    ),
    outputs=(
        Output("VpcId", Kind.VPC_ID, Ref("Vpc"), "The VPC", surface=True),
        Output(
            "PublicSubnetIds", Kind.SUBNET_IDS, _subnet_ids("Public"), "The three public subnets"
        ),
        Output(
            "PrivateSubnetIds",
            Kind.SUBNET_IDS,
            _subnet_ids("Private"),
            "The three private subnets",
            surface=True,
        ),
        Output(
            "DataSubnetIds",
            Kind.SUBNET_IDS,
            _subnet_ids("Data"),
            "The three data subnets",
            surface=True,
        ),
        *(
            Output(
                f"DataSubnet{zone}Id",
                Kind.SUBNET_ID,
                Ref(f"DataSubnet{zone}"),
                f"Data subnet of zone {zone}",
            )
            for zone in ZONES
        ),
        *(
            Output(
                f"DataSubnet{zone}Zone",
                Kind.AVAILABILITY_ZONE,
                GetAtt(f"DataSubnet{zone}", "AvailabilityZone"),
                f"Zone of data subnet {zone}",
                surface=True,
            )
            for zone in ZONES
        ),
        *(
            Output(
                f"NatGateway{zone}Id", Kind.NAME, nat_gateway(zone), f"NAT gateway of zone {zone}"
            )
            for zone in ZONES
        ),
        Output(
            "FlowLogGroupName",
            Kind.LOG_GROUP_NAME,
            Ref("FlowLogGroup"),
            "Log group of the flow logs",
        ),
        Output(
            "NatAddresses",
            Kind.STRING_LIST,
            nat_addresses(ZONES),
            "Public addresses of outgoing traffic",
            surface=True,
        ),
        Output(
            "EndpointSecurityGroupId",
            Kind.SECURITY_GROUP_ID,
            Ref("EndpointSecurityGroup"),
            "Security group of the interface endpoints",
            surface=True,
        ),
        Output(
            "DefaultSecurityGroupId",
            Kind.SECURITY_GROUP_ID,
            GetAtt("Vpc", "DefaultSecurityGroup"),
            "The VPC's default security group, which the deploy closes",
            surface=True,
        ),
    ),
)
