import re
from collections.abc import Iterator

from tidegen.rules import _rule

_JOINING = re.compile(
    r"AWS::EC2::(VPCPeeringConnection|TransitGateway|VPNGateway|VPNConnection|CustomerGateway"
    r"|ClientVpn|LocalGateway|CarrierGateway)|AWS::NetworkManager::|AWS::DirectConnect::"
    r"|AWS::VpcLattice::(ServiceNetworkVpc|ServiceNetworkResource|ResourceGateway)"
)


class JoinedNetworks(_rule.Rule):
    """Nothing joins two VPCs.

    Environments are isolated because no network connects them. An environment reaches the shared
    services through a VPC endpoint, which opens in one direction only.

    https://docs.aws.amazon.com/whitepapers/latest/building-scalable-secure-multi-vpc-network-infrastructure/vpc-to-vpc-connectivity.html
    """

    id = "E9201"
    good = """
Endpoint:
  Type: AWS::EC2::VPCEndpoint
  Properties:
    VpcId: !Ref Vpc
    ServiceName: !Ref SharedServiceName
    VpcEndpointType: Interface
Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
"""
    bad = """
Peering:
  Type: AWS::EC2::VPCPeeringConnection
  Properties:
    VpcId: !Ref Vpc
    PeerVpcId: vpc-1
Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
"""

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        if _JOINING.match(resource.type):
            yield resource.at("Type"), f"{resource.type} joins networks; use a VPC endpoint"
