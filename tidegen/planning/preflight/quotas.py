"""Quotas: resources in use and added by the plan, compared with the account's limits."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tidegen.cloudformation.resources import Properties
from tidegen.cloudformation.values import number_of, text_of
from tidegen.contract.topics import Topic
from tidegen.planning.preflight.check import Answer, Check, whole
from tidegen.planning.preflight.model import PreflightFinding, Question
from tidegen.planning.preflight.network import zone_name
from tidegen.planning.preflight.subject import Subject

_GIB_OF_TIB = 1024
_GATEWAYS = "vpc/L-FE5A380F"  # NAT gateways in a zone
_TRAILS = 5  # a region; not adjustable (CloudTrail user guide, "Quotas")
#: Executions that Lambda keeps for functions without a reservation (Lambda guide, "Configuring
#: reserved concurrency"); an account whose whole limit is lower can reserve none.
_UNRESERVED = 100
_LOG_POLICIES = 10  # a region; not adjustable (CloudWatch Logs user guide, "Quotas")
_LOG_POLICY_SIZE = 5120  # characters (PutResourcePolicy)


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


def _asks(subject: Subject, quota: Quota) -> Iterable[Question]:
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


def _gateways(subject: Subject) -> list[Properties]:
    """Return the subnets in which NAT gateways would be created."""
    subnets = (
        subject.resource_at(p.get("SubnetId")) for _, p in subject.added_of("AWS::EC2::NatGateway")
    )
    return [subnet[1] for subnet in subnets if subnet]


def _asks_gateways(subject: Subject) -> Iterable[Question]:
    if not _gateways(subject):
        return ()
    quota = Question(Topic.QUOTAS, (_GATEWAYS,))
    return (quota, Question(Topic.NAT_GATEWAYS), Question(Topic.ZONES))


def _gateways_of_zones(
    subject: Subject, allowed: Answer, used: Answer, zones: Answer
) -> Iterable[PreflightFinding]:
    names = (zone_name(subnet, zones) for subnet in _gateways(subject))
    for zone, count in Counter(name for name in names if isinstance(name, str)).items():
        now, limit = used.get(zone, 0), allowed[_GATEWAYS]
        if now + count > limit:
            problem = (
                f"{count} NAT gateways and {now} in {zone} are more than the {limit:g} allowed"
            )
            code = _GATEWAYS.partition("/")[2]
            way = f"ask AWS for a higher quota {code}, or set other zones in network.zones"
            yield PreflightFinding(
                subject.stack_name, f"{problem} in a zone; {way}", "quota-exceeded"
            )


#: Type → its entry in GetAccountSummary, which has the quota as well.
_IAM = {
    "AWS::IAM::Role": "Roles",
    "AWS::IAM::ManagedPolicy": "Policies",
    "AWS::IAM::InstanceProfile": "InstanceProfiles",
}


def _asks_iam(subject: Subject) -> Iterable[Question]:
    return whole(Topic.IAM_SUMMARY, wanted=any(subject.added_of(*_IAM)))


def _iam(subject: Subject, counts: Answer) -> Iterable[PreflightFinding]:
    for type_name, entry in _IAM.items():
        more, now = _added(subject, type_name), counts.get(entry, 0)
        limit = counts.get(f"{entry}Quota")
        if more and limit is not None and now + more > limit:
            problem = f"{more:g} {entry} and {now} in use are more than the {limit} allowed"
            yield PreflightFinding(
                subject.stack_name,
                f"{problem} in the account; ask AWS for a higher quota",
                "quota-exceeded",
            )


def _asks_trails(subject: Subject) -> Iterable[Question]:
    return whole(Topic.TRAILS, wanted=any(subject.added_of("AWS::CloudTrail::Trail")))


def _trails(subject: Subject, trails: Answer) -> Iterable[PreflightFinding]:
    for path, _ in subject.added_of("AWS::CloudTrail::Trail"):
        if len(trails) >= _TRAILS:
            problem = f"{subject.region} has {len(trails)} trails of {_TRAILS}"
            yield PreflightFinding(
                path, f"{problem} ({', '.join(sorted(trails))}); delete one", "quota-exceeded"
            )


def _reserved(subject: Subject) -> int:
    functions = subject.added_of("AWS::Lambda::Function")
    return sum(number_of(props.get("ReservedConcurrentExecutions")) for _, props in functions)


def _asks_concurrency(subject: Subject) -> Iterable[Question]:
    return whole(Topic.CONCURRENCY, wanted=_reserved(subject) > 0)


def _concurrency(subject: Subject, executions: Answer) -> Iterable[PreflightFinding]:
    wanted = _reserved(subject)
    if executions["free"] - wanted < _UNRESERVED:
        problem = (
            f"functions would reserve {wanted} executions at once of the {executions['free']} free "
            f"in {subject.region} (of {executions['limit']}), and {_UNRESERVED} have to stay free"
        )
        yield PreflightFinding(
            subject.stack_name,
            f"{problem}; ask AWS for a higher quota L-B99A9384",
            "concurrency-quota",
        )


def _asks_log_policies(subject: Subject) -> Iterable[Question]:
    return whole(Topic.LOG_POLICIES, wanted=any(subject.added_of("AWS::Logs::ResourcePolicy")))


def _log_policies(subject: Subject, policies: Answer) -> Iterable[PreflightFinding]:
    for path, props in subject.added_of("AWS::Logs::ResourcePolicy"):
        size = len(text_of(props.get("PolicyDocument")))
        if len(policies) >= _LOG_POLICIES:
            problem = f"{subject.region} has {len(policies)} resource policies of logs, the most"
            yield PreflightFinding(
                path, f"{problem} that are allowed; delete one, or share one", "log-policy-quota"
            )
        if size > _LOG_POLICY_SIZE:
            problem = f"the policy has {size} characters, {_LOG_POLICY_SIZE} are allowed"
            yield PreflightFinding(
                path, f"{problem}; use a common prefix of the groups", "log-policy-quota"
            )


CHECKS = (
    *(
        Check(
            name=f"quota of {quota.what}",
            failures=(quota.failure,),
            asks=partial(_asks, quota=quota),
            judge=partial(_exceeded, quota=quota),
        )
        for quota in QUOTAS
    ),
    Check(
        name="quota of NAT gateways",
        failures=("quota-exceeded",),
        asks=_asks_gateways,
        judge=_gateways_of_zones,
    ),
    Check(name="quotas of IAM", failures=("quota-exceeded",), asks=_asks_iam, judge=_iam),
    Check(name="quota of trails", failures=("quota-exceeded",), asks=_asks_trails, judge=_trails),
    Check(
        name="concurrency of functions",
        failures=("concurrency-quota",),
        asks=_asks_concurrency,
        judge=_concurrency,
    ),
    Check(
        name="resource policies of logs",
        failures=("log-policy-quota",),
        asks=_asks_log_policies,
        judge=_log_policies,
    ),
)
