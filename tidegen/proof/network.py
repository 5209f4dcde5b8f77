"""Networks of environments: no way from one to another, and none out of the data tier."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from ipaddress import ip_network
from itertools import combinations
from typing import Any

from tidegen.contract import Scope
from tidegen.proof.claims import Claim, Counterexample, Family, Result
from tidegen.proof.platform import Platform, Root
from tidegen.proof.sources import Sources

RANGES = Claim(
    id="disjoint-ranges",
    family=Family.ISOLATION,
    statement="No two networks have an address in common.",
)
ROUTES = Claim(
    id="no-joined-networks",
    family=Family.ISOLATION,
    statement="No resource joins two networks but the one-way endpoint of shared services.",
)
DATA = Claim(
    id="data-tier-closed",
    family=Family.ISOLATION,
    statement="No subnet of the database has a route to a gateway.",
)
INBOUND = Claim(
    id="inbound-by-load-balancer",
    family=Family.ISOLATION,
    statement="Only security groups of load balancers take traffic from anywhere.",
)
#: Parts of names of types that join networks, or share parts of one (registry, 2026-10).
_JOINING = (
    *("Peering", "TransitGateway", "CustomerGateway", "VPNConnection", "VPNGateway", "ClientVpn"),
    *("LocalGateway", "CarrierGateway", "VpcLattice", "NetworkManager", "DirectConnect"),
    *("RAM::ResourceShare", "InstanceConnectEndpoint", "VerifiedAccess", "CloudWAN"),
    *("ResolverEndpoint", "ResolverRule", "VirtualNode", "GlobalAccelerator", "NetworkInsights"),
)
#: Routes' targets that stay in the network, or lead to the internet by its own gateways.
_TARGETS = {
    "GatewayId": "AWS::EC2::InternetGateway",
    "NatGatewayId": "AWS::EC2::NatGateway",
    "VpcEndpointId": "AWS::EC2::VPCEndpoint",
}
_NAMED = (
    *("RouteTableId", "DestinationCidrBlock"),
    *("DestinationIpv6CidrBlock", "DestinationPrefixListId"),
)
#: Yields what is wrong with a resource of a root.
Check = Callable[[Root, str], Iterator[str]]
_GROUPS = "AWS::EC2::SecurityGroup(Ingress)?"
_INTERFACES = "AWS::EC2::NetworkInterface"
_OPEN = ("0.0.0.0/0", "::/0")
_NETWORKED = (Scope.ENVIRONMENT, Scope.SHARED)


def network(platform: Platform, sources: Sources) -> Iterator[Result]:
    """Yield the results about networks, an environment at a time, and about their ranges."""
    yield _ranges(platform)
    for member in platform.names(*_NETWORKED):
        roots = platform.of(member)
        is_shared = platform.target(member).scope is Scope.SHARED
        yield _each(ROUTES, roots, sources, partial(_joining, is_shared))
        yield _each(INBOUND, roots, sources, _inbound, _GROUPS)
        if not is_shared:
            yield _each(DATA, roots, sources, _data_route, _INTERFACES)


def _ranges(platform: Platform) -> Result:
    ranges = [
        (root.address.name, ip_network(str(vpc[name])))
        for root in platform.roots
        for kind, name in (("AWS::EC2::VPC", "CidrBlock"), ("AWS::EC2::VPCCidrBlock", "CidrBlock"))
        for _, vpc in root.of(kind)
        if name in vpc
    ]
    pairs = list(combinations(ranges, 2))
    return Result(
        claim=RANGES,
        subject=tuple(name for name, _ in ranges),
        asked=len(pairs),
        counterexamples=tuple(
            Counterexample(text=f"{one[1]} of {one[0]} overlaps {other[1]} of {other[0]}")
            for one, other in pairs
            if one[1].overlaps(other[1])
        ),
    )


def _each(
    claim: Claim, roots: tuple[Root, ...], sources: Sources, check: Check, types: str = ""
) -> Result:
    """Return the result of a check of each resource, of types that match a pattern if given."""
    asked = 0
    examples = []
    for root in roots:
        for path in root.resources:
            if types and not re.fullmatch(types, root.type_of(path)):
                continue
            asked += 1
            for text in check(root, path):
                file, line = sources.of_resource(root, path)
                examples.append(Counterexample(text=f"{path}: {text}", file=file, line=line))
    return Result(
        claim=claim, subject=(roots[0].member,), asked=asked, counterexamples=tuple(examples)
    )


def _joining(is_shared: bool, root: Root, path: str) -> Iterator[str]:
    kind, properties = root.type_of(path), root.properties(path)
    if any(word in kind for word in _JOINING):
        yield f"{kind} joins networks"
    if kind == "AWS::EC2::Route":
        yield from _route(root, properties)
    if kind == "AWS::EC2::VPCEndpointService" and not is_shared:
        yield "offers a service to other networks"
    if kind == "AWS::EC2::VPCEndpoint" and properties.get("VpcEndpointType") in (
        "Resource",
        "ServiceNetwork",
    ):
        yield f"endpoint of type {properties['VpcEndpointType']} joins networks"


def _route(root: Root, properties: Mapping[str, Any]) -> Iterator[str]:
    """Yield the targets of a route that are not a gateway or endpoint of the same root."""
    for name, target in properties.items():
        if name in _NAMED:
            continue
        wanted = _TARGETS.get(name)
        own = {s.physical_id for p, s in root.subjects.items() if root.type_of(p) == wanted}
        if target not in own:
            yield f"route to {name} {target}, which is no gateway or endpoint of this network"


def _data_route(root: Root, path: str) -> Iterator[str]:
    """Yield the gateways that the route tables of a database member's subnet lead to."""
    if not path.startswith("Database/"):
        return
    subnet = root.properties(path).get("SubnetId")
    tables = {
        association.get("RouteTableId")
        for _, association in root.of("AWS::EC2::SubnetRouteTableAssociation")
        if association.get("SubnetId") == subnet
    }
    if not tables:
        yield "its subnet has no route table of its own, and the main one is not known"
    for _, route in root.of("AWS::EC2::Route"):
        if route.get("RouteTableId") in tables:
            yield f"its subnet has a route to {route.get('DestinationCidrBlock')}"


def _inbound(root: Root, path: str) -> Iterator[str]:
    """Yield the rules that take traffic from anywhere, of groups that no load balancer has."""
    kind, properties = root.type_of(path), root.properties(path)
    group, rules = properties.get("GroupId"), [properties]
    if kind == "AWS::EC2::SecurityGroup":
        group, rules = root.subjects[path].physical_id, properties.get("SecurityGroupIngress", [])
    groups = [
        item
        for _, balancer in root.of("AWS::ElasticLoadBalancingV2::LoadBalancer")
        for item in balancer.get("SecurityGroups", [])
    ]
    for rule in rules:
        source = rule.get("CidrIp", rule.get("CidrIpv6"))
        if source in _OPEN and group not in groups:
            yield f"takes traffic from {source} to port {rule.get('FromPort', 'any')}"
