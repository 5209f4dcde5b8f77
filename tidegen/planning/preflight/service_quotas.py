"""Quotas of Service Quotas: resources in use and added by the plan, compared with the limits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tidegen.cloudformation.values import number_of
from tidegen.contract import Topic
from tidegen.planning.preflight.check import Answer, Check
from tidegen.planning.preflight.model import PreflightFinding, Question
from tidegen.planning.preflight.subject import Subject

_GIB_OF_TIB = 1024


@dataclass(frozen=True, kw_only=True)
class Quota:
    """A quota of Service Quotas: `code` is service/code, `usage` the count of what is in use.

    An empty `usage` marks a quota within a resource that the plan creates itself.
    """

    code: str
    what: str
    usage: str
    count: Callable[[Subject], float]
    failure: str = "quota-exceeded"


def _added(subject: Subject, type_name: str) -> float:
    return sum(1 for _ in subject.added_of(type_name))


def _balancers(subject: Subject, kind: str) -> float:
    balancers = subject.added_of("AWS::ElasticLoadBalancingV2::LoadBalancer")
    return sum(1 for _, props in balancers if props.get("Type", "application") == kind)


def _gp3(subject: Subject) -> float:
    volumes = subject.added_of("AWS::EC2::Volume")
    sizes = [number_of(p.get("Size")) for _, p in volumes if p.get("VolumeType") == "gp3"]
    return sum(sizes) / _GIB_OF_TIB


def _interface_endpoints(subject: Subject) -> float:
    """Return the number in the VPC with most endpoints, if any is added."""
    by_vpc: dict[str, int] = {}
    if not any(subject.added_of("AWS::EC2::VPCEndpoint")):
        return 0
    for _, props in subject.of("AWS::EC2::VPCEndpoint"):
        if props.get("VpcEndpointType") == "Interface":
            vpc = str(props.get("VpcId"))
            by_vpc[vpc] = by_vpc.get(vpc, 0) + 1
    return max(by_vpc.values(), default=0)


def _security_groups(subject: Subject) -> float:
    """Return the number of groups; each VPC has a default group."""
    return _added(subject, "AWS::EC2::SecurityGroup") + _added(subject, "AWS::EC2::VPC")


def _groups_of_an_interface(subject: Subject) -> float:
    """Return the longest list of security groups in the resources that would be added."""
    return max((_longest(props) for _, props in subject.added_of(*_WITH_GROUPS)), default=0)


def _longest(value: Any) -> int:
    """Return the longest list under a key for security groups, at any depth."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = value.items() if isinstance(value, dict) else ()
    lists = [len(v) for k, v in own if k in _GROUP_LISTS and isinstance(v, list)]
    return max([*lists, *map(_longest, inner)], default=0)


def _stacks(subject: Subject) -> float:
    """Return the stacks of a new root; a deployed root adds few."""
    return len(subject.templates) if subject.status is None else 0


_GROUP_LISTS = ("GroupSet", "Groups", "SecurityGroupIds", "SecurityGroups")
_WITH_GROUPS = (
    "AWS::EC2::LaunchTemplate",
    "AWS::EC2::NetworkInterface",
    "AWS::EC2::VPCEndpoint",
    "AWS::EKS::Cluster",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::Lambda::Function",
)
_ELB = "elasticloadbalancing"
QUOTAS = (
    Quota(
        code="ec2/L-0263D0A3",
        what="elastic addresses",
        usage="addresses",
        count=partial(_added, type_name="AWS::EC2::EIP"),
        failure="address-quota",
    ),
    Quota(
        code="vpc/L-F678F1CE",
        what="VPCs",
        usage="vpcs",
        count=partial(_added, type_name="AWS::EC2::VPC"),
    ),
    Quota(
        code="vpc/L-E79EC296",
        what="security groups",
        usage="security groups",
        count=_security_groups,
    ),
    Quota(
        code="vpc/L-2AFB9258",
        what="security groups of an interface",
        usage="",
        count=_groups_of_an_interface,
    ),
    Quota(code="cloudformation/L-0485CB21", what="stacks", usage="stacks", count=_stacks),
    Quota(
        code="vpc/L-29B6F2EB",
        what="interface endpoints in a VPC",
        usage="",
        count=_interface_endpoints,
    ),
    Quota(
        code="eks/L-1194D53C",
        what="EKS clusters",
        usage="clusters",
        count=partial(_added, type_name="AWS::EKS::Cluster"),
    ),
    Quota(
        code=f"{_ELB}/L-53DA6B97",
        what="application load balancers",
        usage="application balancers",
        count=partial(_balancers, kind="application"),
    ),
    Quota(
        code=f"{_ELB}/L-69A177A2",
        what="network load balancers",
        usage="network balancers",
        count=partial(_balancers, kind="network"),
    ),
    Quota(code="ebs/L-7A658B76", what="TiB of gp3 volumes", usage="gp3 TiB", count=_gp3),
    Quota(
        code="s3/L-DC2B2D3D",
        what="buckets",
        usage="buckets",
        count=partial(_added, type_name="AWS::S3::Bucket"),
    ),
)


def _questions(subject: Subject, quota: Quota) -> Iterable[Question]:
    if not quota.count(subject):
        return ()
    asked = Question(Topic.QUOTAS, (quota.code,))
    return (asked, Question(Topic.USAGE, (quota.usage,))) if quota.usage else (asked,)


def _exceeded(
    subject: Subject, allowed: Answer, used: Answer | None = None, *, quota: Quota
) -> Iterable[PreflightFinding]:
    more, limit = quota.count(subject), allowed[quota.code]
    now = used[quota.usage] if used else 0
    if now + more > limit:
        code = quota.code.partition("/")[2]
        yield PreflightFinding(
            subject.stack_name,
            f"{more:g} {quota.what} and {now:g} in use are more than the {limit:g} allowed in "
            f"{subject.region}; ask AWS for a higher quota {code}, or remove unused ones",
            quota.failure,
        )


CHECKS = tuple(
    Check(
        name=f"quota of {quota.what}",
        failures=(quota.failure,),
        ask=partial(_questions, quota=quota),
        judge=partial(_exceeded, quota=quota),
    )
    for quota in QUOTAS
)
