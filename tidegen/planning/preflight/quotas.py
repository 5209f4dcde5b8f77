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


@dataclass(frozen=True)
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
        "ec2/L-0263D0A3",
        "elastic addresses",
        "addresses",
        partial(_added, type_name="AWS::EC2::EIP"),
        "address-quota",
    ),
    Quota("vpc/L-F678F1CE", "VPCs", "vpcs", partial(_added, type_name="AWS::EC2::VPC")),
    Quota("vpc/L-E79EC296", "security groups", "security groups", _security_groups),
    Quota("vpc/L-2AFB9258", "security groups of an interface", "", _groups_of_an_interface),
    Quota("cloudformation/L-0485CB21", "stacks", "stacks", _stacks),
    Quota("vpc/L-29B6F2EB", "interface endpoints in a VPC", "", _interface_endpoints),
    Quota(
        "eks/L-1194D53C",
        "EKS clusters",
        "clusters",
        partial(_added, type_name="AWS::EKS::Cluster"),
    ),
    Quota(
        f"{_ELB}/L-53DA6B97",
        "application load balancers",
        "application balancers",
        partial(_balancers, kind="application"),
    ),
    Quota(
        f"{_ELB}/L-69A177A2",
        "network load balancers",
        "network balancers",
        partial(_balancers, kind="network"),
    ),
    Quota("ebs/L-7A658B76", "TiB of gp3 volumes", "gp3 TiB", _gp3),
    Quota("s3/L-DC2B2D3D", "buckets", "buckets", partial(_added, type_name="AWS::S3::Bucket")),
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
            f"quota of {quota.what}",
            (quota.failure,),
            partial(_asks, quota=quota),
            partial(_exceeded, quota=quota),
        )
        for quota in QUOTAS
    ),
    Check("quota of NAT gateways", ("quota-exceeded",), _asks_gateways, _gateways_of_zones),
    Check("quotas of IAM", ("quota-exceeded",), _asks_iam, _iam),
    Check("quota of trails", ("quota-exceeded",), _asks_trails, _trails),
    Check("concurrency of functions", ("concurrency-quota",), _asks_concurrency, _concurrency),
    Check("resource policies of logs", ("log-policy-quota",), _asks_log_policies, _log_policies),
)
