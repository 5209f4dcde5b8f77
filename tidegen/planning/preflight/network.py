"""Networks: existing endpoints, zones without a needed service, interfaces in use."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tidegen.cloudformation.resources import Properties
from tidegen.contract import ZONES, Topic
from tidegen.planning.preflight.check import Answer, Checks, about_each, if_added
from tidegen.planning.preflight.model import PreflightFinding, Question
from tidegen.planning.preflight.subject import Subject

_ENDPOINT = "AWS::EC2::VPCEndpoint"
_SUBNET = "AWS::EC2::Subnet"
#: Zones without a control plane (Amazon EKS user guide, "VPC and subnet requirements").
NO_CONTROL_PLANE = ("use1-az3", "usw1-az2", "cac1-az3")
#: Descriptions of interfaces that neither a stack nor its resources delete.
_FOREIGN = ("ELB ", "AWS Lambda VPC ENI-", "EFS mount target")
#: Length of the end of Lambda's description after the function's name: a hyphen and a UUID.
_UUID = 37
#: The VPC CNI's: deleted with their node, except those that lost it (status available).
_OF_PODS = "aws-K8S-"

CHECKS = Checks()


def _private_endpoints(subject: Subject) -> Iterator[tuple[str, Properties]]:
    for path, props in subject.added_of(_ENDPOINT):
        if str(props.get("PrivateDnsEnabled", "")).lower() == "true":
            yield path, props


def _vpcs(subject: Subject) -> Iterable[str]:
    held = (subject.physical(props.get("VpcId")) for _, props in _private_endpoints(subject))
    return (vpc for vpc in held if vpc)


@CHECKS.add("VPC endpoints", failures=("endpoint-exists",), ask=about_each(Topic.ENDPOINTS, _vpcs))
def _other_endpoints(subject: Subject, endpoints: Answer) -> Iterable[PreflightFinding]:
    for path, props in _private_endpoints(subject):
        service = props.get("ServiceName")
        taken = endpoints.get(service) if isinstance(service, str) else None
        if taken and subject.physical(props.get("VpcId")) and taken not in subject.held.values():
            problem = f"the VPC has an endpoint of {service} with private names already, {taken}"
            yield PreflightFinding(
                path, f"{problem}; delete that one, or import it", "endpoint-exists"
            )


@CHECKS.add("endpoints in the templates", failures=("endpoint-exists",))
def _twice(subject: Subject) -> Iterable[PreflightFinding]:
    """Yield second endpoints of one service in one VPC, in any templates."""
    seen: dict[str, str] = {}
    for path, props in subject.of(_ENDPOINT):
        if str(props.get("PrivateDnsEnabled", "")).lower() != "true":
            continue
        key = f"{props.get('VpcId')} {props.get('ServiceName')}"
        if key in seen:
            problem = f"the VPC would get two endpoints of {props.get('ServiceName')}"
            yield PreflightFinding(
                path, f"{problem}, the other is {seen[key]}; keep one", "endpoint-exists"
            )
        seen.setdefault(key, path)


def _interfaces_added(subject: Subject) -> Iterator[tuple[str, str, Properties]]:
    """Yield path, service and properties of the interface endpoints with a known service."""
    for path, props in subject.added_of(_ENDPOINT):
        service = props.get("ServiceName")
        if props.get("VpcEndpointType") == "Interface" and isinstance(service, str):
            yield path, service, props


def _service_zone_questions(subject: Subject) -> Iterable[Question]:
    services = tuple(sorted({service for _, service, _ in _interfaces_added(subject)}))
    return (Question(Topic.SERVICE_ZONES, services), Question(Topic.ZONES)) if services else ()


@CHECKS.add("zones of endpoint services", failures=("endpoint-zone",), ask=_service_zone_questions)
def _service_zones(subject: Subject, offered: Answer, zones: Answer) -> Iterable[PreflightFinding]:
    """Yield endpoints with a subnet in a zone without their service, which fail."""
    for path, service, props in _interfaces_added(subject):
        if service not in offered:
            problem = f"{subject.region} offers this account no endpoint of {service}"
            yield PreflightFinding(
                path, f"{problem}; remove it, or choose another region", "endpoint-zone"
            )
            continue
        subnets = [
            subnet for subnet in map(subject.resource_at, props.get("SubnetIds", [])) if subnet
        ]
        wanted = {zone_name(subnet, zones) for _, subnet in subnets}
        for zone in sorted(zone for zone in wanted if isinstance(zone, str)):
            if zone not in offered[service]:
                problem = (
                    f"{service} is not in {zone}, only in {', '.join(sorted(offered[service]))}"
                )
                yield PreflightFinding(
                    path, f"{problem}; set three other zones in network.zones", "endpoint-zone"
                )


def zone_name(subnet: Properties, zones: Mapping[str, str]) -> str | int | None:
    """Return the zone of a subnet; its number if the region has fewer; None if it is not known.

    `Fn::GetAZs` gives the zones in the order of their names; in an account with a default VPC only
    those in which that has a subnet, mostly all.
    """
    written: Any = subnet.get("AvailabilityZone") or subnet.get("AvailabilityZoneId")
    if isinstance(written, str):
        return next((name for name, zone in zones.items() if written in (name, zone)), None)
    chosen = written.get("Fn::Select") if isinstance(written, dict) else None
    if not isinstance(chosen, list) or not str(chosen[0]).isdigit():
        return None
    number, names = int(chosen[0]), sorted(zones)
    return names[number] if number < len(names) else number + 1


@CHECKS.add(
    "availability zones", failures=("control-plane-zone",), ask=if_added(Topic.ZONES, _SUBNET)
)
def _zones(subject: Subject, zones: Answer) -> Iterable[PreflightFinding]:
    for path, props in subject.added_of(_SUBNET):
        zone, written = zone_name(props, zones), props.get("AvailabilityZone")
        if isinstance(zone, int):
            problem = f"needs zone number {zone}, but {subject.region} offers {len(zones)}"
            yield PreflightFinding(path, f"{problem}; choose another region", "control-plane-zone")
        elif zone is None and isinstance(written, str):
            problem = f"needs {written}, which {subject.region} does not offer this account"
            yield PreflightFinding(path, f"{problem}; {_other_zones(zones)}", "control-plane-zone")
    for path, props in subject.added_of("AWS::EKS::Cluster"):
        for reference in props.get("ResourcesVpcConfig", {}).get("SubnetIds", []):
            yield from _control_plane(subject, path, reference, zones)


def _control_plane(
    subject: Subject, path: str, reference: Any, zones: Answer
) -> Iterable[PreflightFinding]:
    subnet = subject.resource_at(reference)
    zone = zone_name(subnet[1], zones) if subnet else None
    if subnet and isinstance(zone, str) and zones[zone] in NO_CONTROL_PLANE:
        problem = f"{subnet[0]} is in {zone} ({zones[zone]}), where EKS has no control plane"
        yield PreflightFinding(path, f"{problem}; {_other_zones(zones)}", "control-plane-zone")


def _other_zones(zones: Answer) -> str:
    """Return the remedy: the first three zones with a control plane."""
    fit = [name for name, zone in sorted(zones.items()) if zone not in NO_CONTROL_PLANE]
    if len(fit) < len(ZONES):
        return "choose another region"
    return f"set network.zones to [{', '.join(fit[: len(ZONES)])}]"


@CHECKS.add(
    "network interfaces",
    failures=("network-in-use",),
    ask=about_each(Topic.INTERFACES, lambda subject: subject.deleted(_SUBNET)),
)
def foreign_interfaces(subject: Subject, interfaces: Answer) -> Iterable[PreflightFinding]:
    """Yield interfaces in deleted subnets that something outside the stacks uses or left behind."""
    for interface, (description, status) in sorted(interfaces.items()):
        left_behind = description.startswith(_OF_PODS) and status == "available"
        if left_behind or _is_foreign(subject, description):
            problem = (
                f"network interface {interface} ('{description}') is in a subnet to be deleted"
            )
            yield PreflightFinding(
                subject.stack_name,
                f"{problem}; delete its owner, then run the same command again",
                "network-in-use",
            )


def _is_foreign(subject: Subject, description: str) -> bool:
    """Return whether the interface belongs to a load balancer or function outside the stacks."""
    kind = next((kind for kind in _FOREIGN if description.startswith(kind)), None)
    if kind is None:
        return False
    name = description.removeprefix(kind)
    if "Lambda" in kind:
        return name[:-_UUID] not in subject.held.values()
    return name not in " ".join(subject.held.values())
