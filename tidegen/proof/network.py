"""Networks of environments: no way from one to another, and none out of the data tier."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from itertools import combinations

from tidegen.cloudformation.resources import Properties
from tidegen.contract import Scope
from tidegen.proof.claims import Claim, Counterexample, Family, Result
from tidegen.proof.platform import USERS, Platform, Root
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
    statement="Only load balancers take traffic from outside their network, on ports 80 and 443.",
)
#: Services with types that can join networks, or lend a part of one. A type that is not in the list
#: below it is a way that this module does not know.
_NETWORKING = tuple(
    f"AWS::{name}::"
    for name in (
        *("EC2", "VpcLattice", "RAM", "NetworkManager", "NetworkFirewall", "DirectConnect"),
        *("GlobalAccelerator", "AppMesh", "Route53Resolver", "ServiceDiscovery"),
    )
)
_KNOWN = frozenset(
    f"AWS::{name}"
    for name in (
        *("EC2::VPC", "EC2::Subnet", "EC2::RouteTable", "EC2::Route", "EC2::InternetGateway"),
        *("EC2::VPCGatewayAttachment", "EC2::NatGateway", "EC2::EIP", "EC2::FlowLog"),
        *("EC2::SubnetRouteTableAssociation", "EC2::SubnetNetworkAclAssociation"),
        *("EC2::NetworkAcl", "EC2::NetworkAclEntry", "EC2::SecurityGroup"),
        *("EC2::SecurityGroupIngress", "EC2::SecurityGroupEgress", "EC2::VPCEndpoint"),
        *("EC2::VPCEndpointService", "EC2::VPCEndpointServicePermissions"),
        *("EC2::NetworkInterface", "EC2::Volume", "EC2::LaunchTemplate"),
        *("Route53Resolver::ResolverQueryLoggingConfig",),
        *("Route53Resolver::ResolverQueryLoggingConfigAssociation",),
    )
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
_PUBLIC_PORTS = (80, 443)


def network(platform: Platform, sources: Sources) -> Iterator[Result]:
    """Yield the results about networks, an environment at a time, and about their ranges."""
    yield _ranges(platform)
    for member in platform.names(*USERS):
        roots = platform.of(member)
        is_shared = platform.target(member).scope is Scope.SHARED
        yield _each(ROUTES, roots, sources, partial(_joining, _partners(platform, member)))
        yield _each(INBOUND, roots, sources, _inbound, _GROUPS)
        if not is_shared:
            yield _each(DATA, roots, sources, _data_route, _INTERFACES)


def _ranges(platform: Platform) -> Result:
    ranges = [
        (root.address.name, ip_network(str(vpc["CidrBlock"])))
        for root in platform.roots
        for _, vpc in root.of("AWS::EC2::VPC")
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


@dataclass(frozen=True, kw_only=True)
class _Partners:
    """The partners of an environment: the service that it uses, the accounts that use its own.

    Only shared services have accounts that use them.
    """

    service: str = ""
    accounts: frozenset[str] = frozenset()


def _partners(platform: Platform, member: str) -> _Partners:
    target = platform.target(member)
    if target.scope is Scope.SHARED:
        users = (m.target for m in platform.members if m.target.shared)
        own = (user.account for user in users if user.shared and user.shared.name == member)
        return _Partners(accounts=frozenset(own))
    services = (
        f"com.amazonaws.vpce.{root.address.place.region}.{root.subjects[path].physical_id}"
        for root in (platform.of(target.shared.name) if target.shared else ())
        for path, _ in root.of("AWS::EC2::VPCEndpointService")
    )
    return _Partners(service=next(services, ""))


def _joining(partners: _Partners, root: Root, path: str) -> Iterator[str]:
    kind, properties = root.type_of(path), root.properties(path)
    if kind.startswith(_NETWORKING) and kind not in _KNOWN:
        yield f"{kind} may join networks"
    if kind == "AWS::EC2::Route":
        yield from _route(root, properties)
    if kind == "AWS::EC2::VPCEndpoint":
        yield from _endpoint(partners, root.address.place.region, properties)
    if kind == "AWS::EC2::VPCEndpointService" and not partners.accounts:
        yield "offers a service to other networks"
    if kind == "AWS::EC2::VPCEndpointServicePermissions":
        wanted = {f"arn:aws:iam::{account}:root" for account in partners.accounts}
        for principal in properties.get("AllowedPrincipals", []):
            if principal not in wanted:
                yield f"lets {principal} connect, which no environment that uses it is"


def _endpoint(partners: _Partners, region: str, properties: Properties) -> Iterator[str]:
    """Yield the service of an endpoint that is neither AWS's in the region nor the shared one."""
    kind, service = properties.get("VpcEndpointType"), str(properties.get("ServiceName"))
    if kind in ("Resource", "ServiceNetwork"):
        yield f"an endpoint of type {kind} joins networks"
    is_aws = service.startswith(f"com.amazonaws.{region}.")
    if not is_aws and service != partners.service:
        yield f"leads to {service}, which is no service of AWS and not the shared one"


def _route(root: Root, properties: Properties) -> Iterator[str]:
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
    balancers = {
        item
        for _, balancer in root.of("AWS::ElasticLoadBalancingV2::LoadBalancer")
        for item in balancer.get("SecurityGroups", [])
    }
    for rule in rules:
        source = rule.get("CidrIp", rule.get("CidrIpv6", rule.get("SourcePrefixListId")))
        port = rule.get("FromPort", "any")
        is_public = group in balancers and port == rule.get("ToPort") and port in _PUBLIC_PORTS
        if source is not None and not is_public and not _is_own(root, str(source)):
            yield f"takes traffic from {source} to port {port}"


def _is_own(root: Root, source: str) -> bool:
    """Return whether a range is within the root's own network."""
    ranges = [ip_network(str(vpc["CidrBlock"])) for _, vpc in root.of("AWS::EC2::VPC")]
    try:
        source_range = ip_network(source)
    except ValueError:
        return False
    return any(
        source_range.version == own.version and source_range.subnet_of(own)  # type: ignore[arg-type]
        for own in ranges
    )
