"""Grants of policies of resources, and of trusts of roles, to callers outside their account.

Three kinds of callers: any role or user of another account, without credentials of ours
(strangers); a service that acts for another account (deputies); an identity of a workflow that is
not the environment's own (federation). All that they choose is free; what AWS sets truthfully, such
as the account that a service acts for, is theirs.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from tidegen.cloudformation.values import listed, property_at, statements
from tidegen.iam.operators import UnknownOperatorError
from tidegen.iam.patterns import UNKNOWN
from tidegen.iam.resource_policies import RESOURCE_POLICIES
from tidegen.iam.statements import Statement
from tidegen.planning.steps import Target
from tidegen.proof.claims import Claim, Counterexample, Family, Result
from tidegen.proof.neighbours import names
from tidegen.proof.platform import USERS, Platform, Root
from tidegen.proof.policies.encoding import (
    RESOURCE,
    Situation,
    UndecidableError,
    applies,
    names_caller,
)
from tidegen.proof.policies.formulas import Atom, Formula, every, negated, solution, some
from tidegen.proof.policies.texts import like
from tidegen.proof.sources import Sources

STRANGERS = Claim(
    id="strangers",
    family=Family.ISOLATION,
    statement="No policy of a resource and no trust of a role grants anything to another account.",
)
LENDING = Claim(
    id="not-lent",
    family=Family.ISOLATION,
    statement="No policy of a resource and no trust of a role names a role of a neighbour.",
)
DEPUTIES = Claim(
    id="deputies",
    family=Family.ISOLATION,
    statement="No policy of a resource grants anything to a service that acts for another account.",
)
FEDERATION = Claim(
    id="federation",
    family=Family.ISOLATION,
    statement="Only workflows of an environment's own GitHub environments assume its roles.",
)
_ROLE = "AWS::IAM::Role"
#: Type → the path of its policy: of a resource's, and of a role's trust.
_POLICIES = {**RESOURCE_POLICIES, _ROLE: ("AssumeRolePolicyDocument",)}
#: An account that is nobody's of the platform.
_FOREIGN = "999999999999"
#: Services that name no source, and write below the account that they write for (AWS docs, "Enable
#: access logs for your Application Load Balancer").
_DELIVERED = {
    "logdelivery.elasticloadbalancing.amazonaws.com": (
        f"arn:aws:s3:::{UNKNOWN}/AWSLogs/{_FOREIGN}/{UNKNOWN}"
    )
}
#: The same page: a prefix of logs does not contain AWSLogs.
_ONE_ACCOUNT = negated(Atom(RESOURCE, like("*AWSLogs*AWSLogs*")))
_SUB = "token.actions.githubusercontent.com:sub"


@dataclass(frozen=True, kw_only=True)
class _Policy:
    root: Root
    path: str
    statements: tuple[Statement, ...]

    @property
    def is_trust(self) -> bool:
        return self.root.type_of(self.path) == _ROLE


def grants(platform: Platform, sources: Sources) -> Iterator[Result]:
    """Yield the results about each environment file's policies."""
    for member in platform.members:
        name = member.target.name
        policies = [policy for root in platform.of(name) for policy in _policies(root)]
        resources = [policy for policy in policies if not policy.is_trust]
        trusts = [policy for policy in policies if policy.is_trust]
        yield _result(STRANGERS, name, policies, _stranger, sources)
        neighbours = [_neighbour(other) for other in _neighbours(platform, name)]
        if neighbours:
            yield _result(LENDING, name, policies, partial(_each_of, neighbours), sources)
        yield _result(DEPUTIES, name, resources, _deputy, sources)
        if any("Federated" in str(s.get("Principal")) for p in trusts for s in p.statements):
            yield _result(FEDERATION, name, trusts, partial(_federated, name), sources)


def _policies(root: Root) -> Iterator[_Policy]:
    for path, properties in root.of(*_POLICIES):
        document = property_at(properties, ".".join(_POLICIES[root.type_of(path)]))
        if document:
            yield _Policy(root=root, path=path, statements=tuple(statements(document)))


Asked = tuple[_Policy, Situation, Formula]
#: Yields the requests of one kind of caller on a policy's resource, each with what else must hold.
Caller = Callable[[_Policy], Iterator[Asked]]


def _result(
    claim: Claim, name: str, policies: list[_Policy], caller: Caller, sources: Sources
) -> Result:
    asked, examples, reasons = 0, [], []
    for policy in policies:
        try:
            for asked_of, situation, extra in caller(policy):
                asked += 1
                texts = _granted(asked_of, situation, extra)
                if texts is not None:
                    examples.append(_example(policy, situation, texts, sources))
        except (UndecidableError, UnknownOperatorError) as error:
            reasons.append(f"{policy.path}: {error}")
    return Result(
        claim=claim,
        subject=(name,),
        asked=asked,
        counterexamples=tuple(examples),
        reason="; ".join(reasons),
    )


def _granted(policy: _Policy, situation: Situation, extra: Formula) -> dict[str, str] | None:
    """Return the texts of a request that the policy alone grants; None without one."""
    applying: dict[str, list[Formula]] = {"Allow": [], "Deny": []}
    for statement in policy.statements:
        if situation.action in names(statement):
            named = names_caller(statement, situation)
            if named is not False:
                applying[statement["Effect"]].append(every(named, applies(statement, situation)))
    formula = every(some(*applying["Allow"]), negated(some(*applying["Deny"])), extra)
    return solution(formula, situation.forms())


def _actions(policy: _Policy) -> Iterator[str]:
    """Yield an action for each set of statements that name it: they say the same of the others."""
    covered = [names(statement) for statement in policy.statements]
    seen = set()
    for action in sorted(frozenset().union(*covered)):
        group = tuple(action in actions for actions in covered)
        if group not in seen:
            seen.add(group)
            yield action


def _free(_key: str) -> bool:
    return True


def _has_no_tags(key: str) -> bool:
    return not key.lower().startswith("aws:principaltag/")


def _known(policy: _Policy, **keys: str) -> dict[str, tuple[str, ...]]:
    owner = policy.root.account
    named = {f"aws:{key}": (value,) for key, value in keys.items()}
    organization = dict.fromkeys(("aws:principalorgid", "aws:sourceorgid"), ("o-foreign",))
    return {"aws:resourceaccount": (owner,), **organization, **named}


def _stranger(policy: _Policy) -> Iterator[Asked]:
    """Yield the requests of every principal of another account."""
    arn = f"arn:aws:iam::{_FOREIGN}:{UNKNOWN}"
    known = _known(
        policy, principalaccount=_FOREIGN, principalarn=arn, principalisawsservice="false"
    )
    for action in _actions(policy):
        yield policy, _situation(action, known, principal=arn), True


def _neighbours(platform: Platform, name: str) -> list[Target]:
    """Return the other environments of the same account."""
    own = platform.target(name).account
    users = map(platform.target, platform.names(*USERS))
    return [target for target in users if target.account == own and target.name != name]


def _each_of(callers: list[Caller], policy: _Policy) -> Iterator[Asked]:
    for caller in callers:
        yield from caller(policy)


def _neighbour(target: Target) -> Caller:
    """Return the requests of every role of an environment, that the policy itself must grant."""
    arn = f"arn:aws:iam::{target.account}:role/{target.project}/{target.name}/{UNKNOWN}"

    def requests(policy: _Policy) -> Iterator[Asked]:
        known = _known(
            policy, principalaccount=target.account, principalarn=arn, principalisawsservice="false"
        )
        known["aws:principaltag/environment"] = (target.name,)
        known["aws:principaltag/project"] = (target.project,)
        for action in _actions(policy):
            yield policy, _situation(action, known, principal=arn, by_account=False), True

    return requests


def _deputy(policy: _Policy) -> Iterator[Asked]:
    """Yield the requests of each service that the policy names, for another account.

    A key is used for what is encrypted, whose ARN the service gives: another account's, as policies
    of topics and queues of ours refuse the service when it acts for another account.
    """
    arn = f"arn:aws:{UNKNOWN}:{UNKNOWN}:{_FOREIGN}:{UNKNOWN}"
    known = _known(policy, sourceaccount=_FOREIGN, sourcearn=arn, principalisawsservice="true")
    known["kms:calleraccount"] = (_FOREIGN,)
    for service in sorted(_services(policy)):
        encrypted = {
            f"kms:encryptioncontext:{key}".lower(): (arn,)
            for key in ("aws:logs:arn", "aws:cloudtrail:arn", "aws:sns:topicArn", "aws:sqs:arn")
        }
        for action in _actions(policy):
            keys = {**known, **encrypted}
            place = _DELIVERED.get(service, UNKNOWN)
            situation = _situation(action, keys, service=service, resource=place)
            yield policy, situation, _ONE_ACCOUNT


def _services(policy: _Policy) -> set[str]:
    principals = [s.get("Principal") for s in policy.statements if s["Effect"] == "Allow"]
    elements = [p for p in principals if isinstance(p, Mapping)]
    return {str(service) for p in elements for service in listed(p.get("Service"))}


def _federated(name: str, policy: _Policy) -> Iterator[Asked]:
    """Yield the requests of workflows whose subject is not of the environment's own."""
    own = [Atom(_SUB, like(f"repo:*:environment:{name}{end}")) for end in ("", "-plan")]
    for statement in policy.statements:
        principal = statement.get("Principal")
        if isinstance(principal, Mapping) and "Federated" in principal:
            renamed = {**statement, "Principal": "*"}
            alone = _Policy(root=policy.root, path=policy.path, statements=(renamed,))
            for action in _actions(alone):
                foreign = every(Atom(_SUB), *(negated(atom) for atom in own))
                yield alone, _situation(action, _known(policy)), foreign


def _situation(
    action: str,
    known: dict[str, tuple[str, ...]],
    *,
    principal: str = "",
    service: str = "",
    resource: str = UNKNOWN,
    by_account: bool = True,
) -> Situation:
    return Situation(
        action=action,
        resource=resource,
        known=known,
        possible=_has_no_tags if service else _free,
        principal=principal,
        service=service,
        by_account=by_account,
    )


def _example(
    policy: _Policy, situation: Situation, texts: dict[str, str], sources: Sources
) -> Counterexample:
    file, line = sources.of_resource(policy.root, policy.path)
    caller = situation.service or situation.principal.replace(UNKNOWN, "*") or texts.get(_SUB, "")
    acting = f" for account {_FOREIGN}" if situation.service else ""
    return Counterexample(
        text=f"{policy.path} grants {situation.action} to {caller}{acting}",
        file=file,
        line=line,
        data={"action": situation.action, "caller": caller, "keys": texts},
    )
