"""Judgements of the preparation: one for each step, from the facts of the account."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from tidegen.contract import Topic
from tidegen.counting import first_of
from tidegen.planning.preflight import (
    PreflightFinding,
    Unknown,
    instances,
    quotas,
    service_quotas,
)
from tidegen.planning.recovery.facts import (
    RecoveryFacts,
    newest_dump,
    newest_point,
    public_domain,
    secret_ids,
    vault,
)
from tidegen.planning.recovery.model import Phase, PlannedStep, Presence, RecoveryStep, State
from tidegen.planning.states import NextAction, next_action

_PACKAGES, _MAIL = "packages-missing", "mail-sandbox"
_PACKAGE_CHECK, _MAIL_CHECK = "database packages", "SES account"
_QUOTA_CHECKS = (
    *quotas.CHECKS,
    *service_quotas.CHECKS,
    *(check for check in instances.CHECKS if "quota" in check.name),
)
_QUOTAS = {failure for check in _QUOTA_CHECKS for failure in check.failures}
_QUOTA_NAMES = {check.name for check in _QUOTA_CHECKS}
#: Failures and checks that steps of their own report; the zone is kept, and no new one is created.
_ELSEWHERE = {_PACKAGES, _MAIL, *_QUOTAS, "image-missing", "zone-not-delegated"}
_CHECKED_ELSEWHERE = {_PACKAGE_CHECK, _MAIL_CHECK, *_QUOTA_NAMES, "machine images"}
#: Plans and members make a copy at least once a day.
_STALE = timedelta(days=2)
_LATER = Presence(State.LATER, "")
_SHOWN = 3
_PAGE = "see docs/runbooks/recovery.md"


def planned(steps: Iterable[RecoveryStep], facts: RecoveryFacts) -> tuple[PlannedStep, ...]:
    """Return the steps, each with what the account has of it."""
    return tuple(PlannedStep(step, _presence(step, facts)) for step in steps)


def _presence(step: RecoveryStep, facts: RecoveryFacts) -> Presence:
    return JUDGES[step.slug](facts) if step.phase is Phase.PREPARE else _LATER


def _baseline(facts: RecoveryFacts) -> Presence:
    missing = [item for item in facts.missing if item.address.scope.is_account_wide]
    if not missing:
        return Presence(State.READY, "all its roots are deployed")
    names = ", ".join(str(item.address) for item in missing)
    return Presence(State.MISSING, f"not deployed: {names}", missing[0].command)


def _replicas(facts: RecoveryFacts) -> Presence:
    way = f"add recovery: to the file, then 'tidegen deploy --env {facts.words.environment}'"
    if facts.replicas is None:
        return Presence(State.MISSING, "their stack is not deployed", way)
    if next_action(facts.replicas.status) is not NextAction.UPDATE:
        return Presence(State.MISSING, f"their stack is {facts.replicas.status}", way)
    return Presence(State.READY, f"{facts.replicas.name} is {facts.replicas.status}")


def _packages(facts: RecoveryFacts) -> Presence:
    if _baseline(facts).state is State.MISSING:
        return Presence(State.MISSING, "there is no artifacts bucket", "deploy the baseline")
    return _by_findings(facts, (_PACKAGES,), (_PACKAGE_CHECK,), "uploaded, with the file's hash")


def _image(facts: RecoveryFacts) -> Presence:
    images = facts.answer(Topic.OWN_IMAGES)
    if isinstance(images, Unknown):
        return Presence(State.UNKNOWN, images.reason)
    if not images:
        way = "copy database.image there (docs/runbooks/database.md, 'Keep the image')"
        return Presence(State.MISSING, "the account has no image there", way)
    newest = max(images, key=lambda image: str(images[image]["created"]))
    others = f", and {len(images) - 1} others" if len(images) > 1 else ""
    return Presence(State.READY, f"{newest} ({images[newest]['name']}){others}: for the file")


def _secrets(facts: RecoveryFacts) -> Presence:
    known = facts.answer(Topic.SECRETS)
    if isinstance(known, Unknown):
        return Presence(State.UNKNOWN, known.reason)
    wanted = secret_ids(facts.words)
    missing = [name for name in wanted if name not in known or known[name]["deleted"]]
    if missing:
        way = f"'tidegen deploy --env {facts.words.environment}' replicates them"
        return Presence(State.MISSING, f"without a replica: {_listed(missing)}", way)
    return Presence(State.READY, f"{len(wanted)} secrets")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _points(facts: RecoveryFacts) -> Presence:
    answer = facts.answer(Topic.RECOVERY_POINTS)
    if facts.replicas is None:
        return Presence(State.MISSING, "there is no vault", "deploy the replicas")
    if isinstance(answer, Unknown):
        return Presence(State.UNKNOWN, answer.reason)
    newest = {kind: newest_point(facts, kind) for kind in ("EBS", "DynamoDB")}
    missing = [kind for kind, time in newest.items() if time is None]
    if missing:
        way = "the plans copy one with their next run; look at AWS Backup's copy jobs after a day"
        text = f"vault {vault(facts.words)} has none of {', '.join(missing)}"
        return Presence(State.MISSING, text, way)
    times = {kind: time for kind, time in newest.items() if time}
    return _fresh(times, facts)


def _dumps(facts: RecoveryFacts) -> Presence:
    answer, newest = facts.answer(Topic.DUMPS), newest_dump(facts)
    if facts.replicas is None:
        return Presence(State.MISSING, "there is no replica of the backups", "deploy the replicas")
    if isinstance(answer, Unknown):
        return Presence(State.UNKNOWN, answer.reason)
    if newest is None:
        way = "see 'Back up now' in docs/runbooks/database.md, and the replication of its bucket"
        return Presence(State.MISSING, "the replica has none", way)
    return _fresh({"dump": newest}, facts)


def _fresh(times: Mapping[str, datetime], facts: RecoveryFacts) -> Presence:
    """Return whether the newest copies are young enough to recover from."""
    text = "the newest: " + ", ".join(f"{kind} of {time:%F %R}Z" for kind, time in times.items())
    old = [kind for kind, time in times.items() if facts.now - time > _STALE]
    if old:
        way = "find out why no newer one is copied"
        return Presence(State.MISSING, f"{text}; too old: {', '.join(old)}", way)
    return Presence(State.READY, text)


def _mail(facts: RecoveryFacts) -> Presence:
    return _by_findings(facts, (_MAIL,), (_MAIL_CHECK,), "production access")


def _quotas(facts: RecoveryFacts) -> Presence:
    return _by_findings(facts, _QUOTAS, _QUOTA_NAMES, "enough for this environment")


def _zone(facts: RecoveryFacts) -> Presence:
    domain = public_domain(facts.words)
    zones, servers = facts.answer(Topic.HOSTED_ZONES), facts.answer(Topic.NAME_SERVERS)
    if isinstance(zones, Unknown):
        return Presence(State.UNKNOWN, zones.reason)
    if not zones.get(domain):
        return Presence(State.MISSING, f"there is no zone of {domain}", "deploy the environment")
    if isinstance(servers, Unknown):
        return Presence(State.UNKNOWN, servers.reason)
    if not servers.get(domain):
        way = "put the zone's name servers into the parent zone"
        return Presence(State.MISSING, f"DNS does not delegate {domain}", way)
    return Presence(State.READY, f"{domain} is delegated")


def _account(facts: RecoveryFacts) -> Presence:
    """Judge what preflight found beyond the other steps; the replicas of secrets are wanted."""
    others = [f for f in facts.report.blocking if f.failure not in _ELSEWHERE]
    others = [finding for finding in others if not _is_replica(finding, facts)]
    if others:
        text = first_of(list(map(str, others)))
        return Presence(State.MISSING, text, "fix what preflight reports")
    undone = [item for item in facts.report.unchecked if item.check not in _CHECKED_ELSEWHERE]
    if undone:
        return Presence(State.UNKNOWN, f"{undone[0].check}: {undone[0].reason}")
    return Presence(State.READY, "preflight finds nothing")


def _is_replica(finding: PreflightFinding, facts: RecoveryFacts) -> bool:
    secrets = facts.answer(Topic.SECRETS)
    replicated: Mapping[str, object] = {} if isinstance(secrets, Unknown) else secrets
    return "as a replica of" in finding.message and any(
        f"'{name}'" in finding.message for name in replicated
    )


def _by_findings(
    facts: RecoveryFacts, failures: Iterable[str], checks: Iterable[str], ready: str
) -> Presence:
    """Return the presence that the findings of some failures, or checks not done, decide."""
    wanted, undone = set(failures), set(checks)
    problems = [str(finding) for finding in facts.report.findings if finding.failure in wanted]
    if problems:
        return Presence(State.MISSING, first_of(problems), _PAGE)
    reasons = [item.reason for item in facts.report.unchecked if item.check in undone]
    return Presence(State.UNKNOWN, reasons[0]) if reasons else Presence(State.READY, ready)


JUDGES: Mapping[str, Callable[[RecoveryFacts], Presence]] = {
    "baseline": _baseline,
    "replicas": _replicas,
    "packages": _packages,
    "image": _image,
    "secrets": _secrets,
    "points": _points,
    "dumps": _dumps,
    "mail": _mail,
    "quotas": _quotas,
    "zone": _zone,
    "account": _account,
}
