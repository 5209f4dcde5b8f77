"""Routes and endpoints that nodes and instances need in order to start."""

from collections.abc import Iterator

from tidegen.cloudformation.values import listed, text_of
from tidegen.linting.roots.rule import RootRule
from tidegen.linting.roots.view import Problem, RootView

#: The services that nodes call to join, without internet access (EKS docs, private clusters).
_FOR_NODES = ("ec2", "ecr.api", "ecr.dkr", "s3", "sts", "eks", "eks-auth", "logs")
_FOR_SIGNALS = ("cloudformation",)


def _subnets(root: RootView, value: object) -> list[str]:
    paths = (root.referred(item, "AWS::EC2::Subnet") for item in listed(value))
    return [path for path in paths if path]


def _default_targets(root: RootView, subnet: str) -> list[str] | None:
    """Return the kinds of targets of the subnet's default routes; None without a route table."""
    tables = [
        root.referred(item.get("RouteTableId"))
        for _, item in root.of("AWS::EC2::SubnetRouteTableAssociation")
        if root.referred(item.get("SubnetId")) == subnet
    ]
    if not tables:
        return None
    return [
        kind
        for _, route in root.of("AWS::EC2::Route")
        if root.referred(route.get("RouteTableId")) in tables
        and "0.0.0.0/0" in str(route.get("DestinationCidrBlock"))
        for kind in route
        if kind.endswith(("GatewayId", "InstanceId", "NetworkInterfaceId"))
    ]


def _unreachable(
    root: RootView, path: str, subnet: str, services: tuple[str, ...]
) -> Iterator[Problem]:
    vpc = root.referred(root.properties(subnet).get("VpcId"))
    reached = [
        text_of(endpoint.get("ServiceName"))
        for _, endpoint in root.of("AWS::EC2::VPCEndpoint")
        if root.referred(endpoint.get("VpcId")) == vpc
    ]
    for service in services:
        if not any(name.endswith(f".{service}") for name in reached):
            yield path, f"{subnet} has neither a default route nor an endpoint of {service}"


_SUBNET = """
Resources:
  Vpc: {Type: "AWS::EC2::VPC"}
  Subnet: {Type: "AWS::EC2::Subnet", Properties: {VpcId: !Ref Vpc}}
  Table: {Type: "AWS::EC2::RouteTable", Properties: {VpcId: !Ref Vpc}}
  Association:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}
"""
_ROUTE = """  Route:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: nat-1}
"""
_NODES = (
    f'{_SUBNET}  Nodes: {{Type: "AWS::EKS::Nodegroup", Properties: {{Subnets: [!Ref Subnet]}}}}\n'
)
_GROUP = f"""{_SUBNET}  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    CreationPolicy: {{ResourceSignal: {{Timeout: PT20M}}}}
    Properties: {{VPCZoneIdentifier: [!Ref Subnet]}}
"""


class NodesReachBootServices(RootRule):
    """Nodes are in private subnets that reach every service needed to boot.

    Nodes without a default route or endpoints never join the cluster, nor do nodes in a public
    subnet that have no public address (known failures nodes-cannot-join and
    nodes-in-public-subnet).

    https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
    """

    id = "E9806"
    good = _NODES + _ROUTE
    bad = _NODES

    def problems(self, root: RootView) -> Iterator[Problem]:
        for path, group in root.of("AWS::EKS::Nodegroup"):
            for subnet in _subnets(root, group.get("Subnets")):
                targets = _default_targets(root, subnet)
                if targets is None:
                    yield path, f"{subnet} has no route table"
                elif any(
                    target in ("GatewayId", "EgressOnlyInternetGatewayId") for target in targets
                ):
                    yield path, f"{subnet} is public; nodes belong in private subnets"
                elif not targets:
                    yield from _unreachable(root, path, subnet, _FOR_NODES)


class SignalsReachCloudFormation(RootRule):
    """Instances that signal can reach CloudFormation.

    Without a default route or an endpoint the signal never arrives, and the group fails when its
    timeout ends (known failure signal-missing).

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-vpce-bucketnames.html
    """

    id = "E9807"
    good = _GROUP + _ROUTE
    bad = _GROUP

    def problems(self, root: RootView) -> Iterator[Problem]:
        for path, group in root.of("AWS::AutoScaling::AutoScalingGroup"):
            if "CreationPolicy" in root.resources[path]:
                for subnet in _subnets(root, group.get("VPCZoneIdentifier")):
                    if not _default_targets(root, subnet):
                        yield from _unreachable(root, path, subnet, _FOR_SIGNALS)
