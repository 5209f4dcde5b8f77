"""Instances: the types that a zone offers, and the vCPUs left in the quota."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidegen.cloudformation.resources import Properties
from tidegen.cloudformation.values import number_of
from tidegen.contract import Topic
from tidegen.planning.preflight.check import Answer, Checks
from tidegen.planning.preflight.model import PreflightFinding, Question
from tidegen.planning.preflight.network import zone_name
from tidegen.planning.preflight.subject import Subject

#: Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances, in vCPUs.
_QUOTA = "ec2/L-1216C47A"
_STANDARD = re.compile(r"(a|c|d|h|i|im|is|m|r|t|z)\d")

CHECKS = Checks()


def is_standard(type_name: str) -> bool:
    """Return whether instances of the type count against the standard quota."""
    return bool(_STANDARD.match(type_name))


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group of instances: types to choose from, subnets, desired and largest number.

    `surge` is the number of instances that an update adds to a group of any size.
    """

    path: str
    types: tuple[str, ...]
    subnets: tuple[Any, ...]
    count: int
    most: int
    surge: int = 0


def groups(subject: Subject) -> Iterator[Group]:
    """Yield the groups of instances that would be added and whose types are known."""
    for path, props in subject.added_of("AWS::EKS::Nodegroup"):
        sizes = props.get("ScalingConfig", {})
        least, most = number_of(sizes.get("MinSize")), number_of(sizes.get("MaxSize"))
        count = number_of(sizes.get("DesiredSize"), least)
        yield Group(
            path=path,
            types=_texts(props.get("InstanceTypes")),
            subnets=_list(props["Subnets"]),
            count=count,
            most=most,
            surge=_surge(props, most),
        )
    for path, props in subject.added_of("AWS::AutoScaling::AutoScalingGroup"):
        least, most = number_of(props.get("MinSize")), number_of(props.get("MaxSize"))
        count = number_of(props.get("DesiredCapacity"), least)
        subnets = _list(props.get("VPCZoneIdentifier"))
        yield Group(
            path=path, types=_launched(subject, props), subnets=subnets, count=count, most=most
        )


def _surge(group: Properties, most: int) -> int:
    """Return the nodes that EKS adds while it updates a group, one subnet a zone.

    "The larger of either: up to twice the number of Availability Zones that the Auto Scaling group
    is deployed in; the maximum unavailable of upgrade" (EKS guide, "Understand each phase of node
    updates").
    """
    update = group.get("UpdateConfig", {})
    share = number_of(update.get("MaxUnavailablePercentage"))
    unavailable = max(number_of(update.get("MaxUnavailable"), 1), -(-most * share // 100))
    return max(2 * len(_list(group["Subnets"])), unavailable)


def _launched(subject: Subject, group: Properties) -> tuple[str, ...]:
    reference = group.get("LaunchTemplate", {}).get("LaunchTemplateId")
    template = subject.resource_at(reference)
    data = template[1].get("LaunchTemplateData", {}) if template else {}
    return _texts([data.get("InstanceType")])


def _list(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else ()


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item for item in _list(value) if isinstance(item, str))


def _types(subject: Subject) -> tuple[str, ...]:
    return tuple(sorted({name for group in groups(subject) for name in group.types}))


def _offering_questions(subject: Subject) -> Iterable[Question]:
    types = _types(subject)
    return (Question(Topic.OFFERINGS, types), Question(Topic.ZONES)) if types else ()


@CHECKS.add(
    "instance types in their zones", failures=("instance-capacity",), ask=_offering_questions
)
def _offered(subject: Subject, offerings: Answer, zones: Answer) -> Iterable[PreflightFinding]:
    for group in groups(subject):
        for zone in sorted(_zones(subject, group, zones)):
            if group.types and not any(zone in offerings.get(name, ()) for name in group.types):
                problem = f"{zone} has no {' and no '.join(group.types)}"
                yield PreflightFinding(
                    group.path, f"{problem}; choose another instance type", "instance-capacity"
                )


def _zones(subject: Subject, group: Group, zones: Mapping[str, str]) -> set[str]:
    subnets = [subnet for subnet in map(subject.resource_at, group.subnets) if subnet]
    names = {zone_name(props, zones) for _, props in subnets}
    return {zone for zone in names if isinstance(zone, str)}


def _vcpu_questions(subject: Subject) -> Iterable[Question]:
    types = tuple(name for name in _types(subject) if is_standard(name))
    if not types:
        return ()
    quota, usage = Question(Topic.QUOTAS, (_QUOTA,)), Question(Topic.USAGE, ("vcpus",))
    return Question(Topic.VCPUS, types), quota, usage


@CHECKS.add("vCPU quota", failures=("instance-capacity",), ask=_vcpu_questions)
def _vcpus(
    subject: Subject, sizes: Answer, quota: Answer, usage: Answer
) -> Iterable[PreflightFinding]:
    needed = most = 0
    for group in groups(subject):
        counted = [sizes.get(name, 0) for name in group.types if is_standard(name)]
        each = max(counted, default=0)
        needed += each * group.count
        most += each * (group.most + group.surge)
    limit, used = quota[_QUOTA], usage["vcpus"]
    counts = f"{used:g} in use, {limit:g} allowed in {subject.region}"
    ask = "ask AWS for a higher quota L-1216C47A"
    if used + needed > limit:
        problem = f"starts {needed} vCPUs of standard instances ({counts})"
        yield PreflightFinding(subject.stack_name, f"{problem}; {ask}", "instance-capacity")
    elif used + most > limit:
        problem = f"can grow by {most} vCPUs of standard instances, with updates ({counts})"
        yield PreflightFinding(
            subject.stack_name, f"{problem}; {ask} before that", "instance-capacity", blocking=False
        )
