"""Quotas with a count of their own: NAT gateways, IAM, trails, concurrency, log policies."""

from collections import Counter
from collections.abc import Iterable

from tidegen.cloudformation.resources import Properties
from tidegen.cloudformation.values import number_of, text_of
from tidegen.contract import Topic
from tidegen.planning.preflight.check import Answer, Checks, if_added, if_any
from tidegen.planning.preflight.model import PreflightFinding, Question
from tidegen.planning.preflight.network import zone_name
from tidegen.planning.preflight.subject import Subject

_TRAIL = "AWS::CloudTrail::Trail"
_LOG_POLICY = "AWS::Logs::ResourcePolicy"
_GATEWAYS = "vpc/L-FE5A380F"  # NAT gateways in a zone
_TRAILS = 5  # a region; not adjustable (CloudTrail user guide, "Quotas")
#: Executions that Lambda keeps for functions without a reservation (Lambda guide, "Configuring
#: reserved concurrency"); an account whose whole limit is lower can reserve none.
_UNRESERVED = 100
_LOG_POLICIES = 10  # a region; not adjustable (CloudWatch Logs user guide, "Quotas")
_LOG_POLICY_SIZE = 5120  # characters (PutResourcePolicy)

CHECKS = Checks()


def _gateways(subject: Subject) -> list[Properties]:
    """Return the subnets in which NAT gateways would be created."""
    subnets = (
        subject.resource_at(p.get("SubnetId")) for _, p in subject.added_of("AWS::EC2::NatGateway")
    )
    return [subnet[1] for subnet in subnets if subnet]


def _gateway_questions(subject: Subject) -> Iterable[Question]:
    if not _gateways(subject):
        return ()
    quota = Question(Topic.QUOTAS, (_GATEWAYS,))
    return (quota, Question(Topic.NAT_GATEWAYS), Question(Topic.ZONES))


@CHECKS.add("quota of NAT gateways", failures=("quota-exceeded",), ask=_gateway_questions)
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


@CHECKS.add("quotas of IAM", failures=("quota-exceeded",), ask=if_added(Topic.IAM_SUMMARY, *_IAM))
def _iam(subject: Subject, counts: Answer) -> Iterable[PreflightFinding]:
    for type_name, entry in _IAM.items():
        more, now = sum(1 for _ in subject.added_of(type_name)), counts.get(entry, 0)
        limit = counts.get(f"{entry}Quota")
        if more and limit is not None and now + more > limit:
            problem = f"{more} {entry} and {now} in use are more than the {limit} allowed"
            yield PreflightFinding(
                subject.stack_name,
                f"{problem} in the account; ask AWS for a higher quota",
                "quota-exceeded",
            )


@CHECKS.add("quota of trails", failures=("quota-exceeded",), ask=if_added(Topic.TRAILS, _TRAIL))
def _trails(subject: Subject, trails: Answer) -> Iterable[PreflightFinding]:
    for path, _ in subject.added_of(_TRAIL):
        if len(trails) >= _TRAILS:
            problem = f"{subject.region} has {len(trails)} trails of {_TRAILS}"
            yield PreflightFinding(
                path, f"{problem} ({', '.join(sorted(trails))}); delete one", "quota-exceeded"
            )


def _reserved(subject: Subject) -> int:
    functions = subject.added_of("AWS::Lambda::Function")
    return sum(number_of(props.get("ReservedConcurrentExecutions")) for _, props in functions)


@CHECKS.add(
    "concurrency of functions",
    failures=("concurrency-quota",),
    ask=if_any(Topic.CONCURRENCY, _reserved),
)
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


@CHECKS.add(
    "resource policies of logs",
    failures=("log-policy-quota",),
    ask=if_added(Topic.LOG_POLICIES, _LOG_POLICY),
)
def _log_policies(subject: Subject, policies: Answer) -> Iterable[PreflightFinding]:
    for path, props in subject.added_of(_LOG_POLICY):
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
