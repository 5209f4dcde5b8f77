"""Other services: Kubernetes versions, mail, certificates, replication, subscriptions."""

from collections.abc import Iterable, Iterator
from typing import Any

from tidegen.blocks.replication import ROLE as REPLICATION_ROLE
from tidegen.cloudformation.resources import Properties
from tidegen.cloudformation.values import text_of
from tidegen.contract import Topic
from tidegen.planning.preflight.check import Answer, Checks, about, about_each, if_added
from tidegen.planning.preflight.model import PreflightFinding, Question
from tidegen.planning.preflight.subject import Subject

_CLUSTER = "AWS::EKS::Cluster"
_MAIL_IDENTITY = "AWS::SES::EmailIdentity"
_CERTIFICATE = "AWS::CertificateManager::Certificate"
_ZONE = "AWS::Route53::HostedZone"
#: Mails in 24 hours (Amazon SES guide, "Request production access"); -1 means no limit.
_SANDBOX_DAILY = 200

CHECKS = Checks()


@CHECKS.add(
    "Kubernetes versions", failures=("kubernetes-version",), ask=if_added(Topic.VERSIONS, _CLUSTER)
)
def _offered(subject: Subject, statuses: Answer) -> Iterable[PreflightFinding]:
    for path, props in subject.added_of(_CLUSTER):
        version = str(props.get("Version"))
        status = str(statuses.get(version, "UNSUPPORTED"))
        if status.upper() == "UNSUPPORTED":
            problem = f"EKS does not offer Kubernetes {version} in {subject.region}"
            yield PreflightFinding(
                path,
                f"{problem}; choose one of {', '.join(sorted(statuses))}",
                "kubernetes-version",
            )
        elif status.upper() == "EXTENDED_SUPPORT":
            problem = f"Kubernetes {version} is in extended support and costs six times as much"
            yield PreflightFinding(
                path, f"{problem}; choose a newer version", "kubernetes-version", blocking=False
            )


def _deployed_clusters(subject: Subject) -> dict[str, tuple[str, str]]:
    """Return name of a cluster that stays → its path and the wanted version."""
    kept = subject.kept_of(_CLUSTER)
    return {name: (path, str(props.get("Version"))) for name, path, props in kept}


@CHECKS.add(
    "deployed clusters",
    failures=("kubernetes-version",),
    ask=about_each(Topic.CLUSTERS, _deployed_clusters),
)
def _moved(subject: Subject, versions: Answer) -> Iterable[PreflightFinding]:
    for name, (path, wanted) in _deployed_clusters(subject).items():
        live = versions.get(name, wanted)
        steps = _minor(wanted) - _minor(live)
        if steps not in (0, 1):
            way = "back" if steps < 0 else f"{steps} minor versions"
            problem = f"the cluster runs Kubernetes {live}, EKS does not move it {way} to {wanted}"
            following = live if steps < 0 else f"1.{_minor(live) + 1}"
            yield PreflightFinding(
                path, f"{problem}; set version {following}", "kubernetes-version"
            )


def _minor(version: str) -> int:
    text = version.partition(".")[2].partition(".")[0]
    return int(text) if text.isdigit() else 0


@CHECKS.add(
    "SES account", failures=("mail-sandbox",), ask=if_added(Topic.MAIL_ACCOUNT, _MAIL_IDENTITY)
)
def _mail(subject: Subject, account: Answer) -> Iterable[PreflightFinding]:
    where, daily = f"SES in {subject.region}", account.get("Daily")
    if not account.get("ProductionAccess", True):
        limit = f"{daily:g} mails a day, " if daily is not None else ""
        problem = f"the account is in the sandbox: it sends {limit}to verified addresses only"
        yield PreflightFinding(
            where, f"{problem}; ask AWS for production access", "mail-sandbox", blocking=False
        )
    elif daily is not None and 0 <= daily <= _SANDBOX_DAILY:
        problem = f"the account may send {daily:g} mails a day, as many as in the sandbox"
        yield PreflightFinding(
            where, f"{problem}; ask AWS for a higher quota", "mail-sandbox", blocking=False
        )
    if not account.get("Sending", True):
        yield PreflightFinding(
            where, "AWS has paused its sending; see the SES console", "mail-sandbox", blocking=False
        )


def _certified(subject: Subject) -> Iterator[tuple[str, Properties, Any]]:
    """Yield certificates that would be added, each with the zones that validate its names."""
    for path, props in subject.added_of(_CERTIFICATE):
        options = props.get("DomainValidationOptions", [])
        zones = [
            o["HostedZoneId"] for o in options if isinstance(o, dict) and o.get("HostedZoneId")
        ]
        yield from ((path, props, zone) for n, zone in enumerate(zones) if zone not in zones[:n])


@CHECKS.add("new zones of certificates", failures=("zone-not-delegated",))
def _undelegated(subject: Subject) -> Iterable[PreflightFinding]:
    """Yield zones created with their certificate, which cannot be delegated yet."""
    for path, props, reference in _certified(subject):
        zone = subject.resource_at(reference)
        if zone and zone[0] in subject.added:
            problem = (
                f"the certificate of {text_of(props.get('DomainName'))} waits for its new zone"
            )
            name = text_of(zone[1].get("Name"))
            yield PreflightFinding(
                path,
                f"{problem}; put the name servers of {name} into the parent zone meanwhile",
                "zone-not-delegated",
                blocking=False,
            )


def _new_zones(subject: Subject) -> dict[str, str]:
    """Return domain of a public zone that would be added → its path."""
    named = (
        (props.get("Name"), path)
        for path, props in subject.added_of(_ZONE)
        if not props.get("VPCs")
    )
    return {name.rstrip("."): path for name, path in named if isinstance(name, str)}


@CHECKS.add(
    "zones of the same domain",
    failures=("zone-not-delegated",),
    ask=about_each(Topic.HOSTED_ZONES, _new_zones),
)
def _second_zones(subject: Subject, zones: Answer) -> Iterable[PreflightFinding]:
    """Yield zones kept from an earlier stack, which the parent zone still delegates to."""
    for domain, path in _new_zones(subject).items():
        others = sorted(set(zones.get(domain, ())) - set(subject.held.values()))
        if others:
            problem = f"a zone of {domain} exists already, {others[0]}, with other name servers"
            yield PreflightFinding(
                path,
                f"{problem}; import that one, or put the new name servers into the parent zone",
                "zone-not-delegated",
                blocking=False,
            )


def _deployed_zones(subject: Subject) -> list[tuple[str, str, str]]:
    """Return path, zone id and domain of each certificate that a deployed zone validates."""
    zones = []
    for path, _, reference in _certified(subject):
        zone, zone_id = subject.resource_at(reference), subject.physical(reference)
        if zone and zone_id and zone[0] not in subject.added:
            zones.append((path, zone_id, text_of(zone[1].get("Name"))))
    return zones


def _delegation_questions(subject: Subject) -> Iterable[Question]:
    deployed = _deployed_zones(subject)
    zones, domains = ({item[place] for item in deployed} for place in (1, 2))
    return (*about(Topic.ZONE_SERVERS, zones), *about(Topic.NAME_SERVERS, domains))


@CHECKS.add("zones of certificates", failures=("zone-not-delegated",), ask=_delegation_questions)
def _delegation(subject: Subject, own: Answer, public: Answer) -> Iterable[PreflightFinding]:
    for path, _, domain in _deployed_zones(subject):
        servers, delegated = own.get(domain, ()), public.get(domain, ())
        if not set(servers) & set(delegated):
            what = (
                f"DNS delegates to {', '.join(delegated)}"
                if delegated
                else "there is no delegation in DNS"
            )
            yield PreflightFinding(
                path,
                f"the certificate cannot be validated: {what} for {domain}; "
                f"put {', '.join(servers)} into the parent zone",
                "zone-not-delegated",
            )


def _destinations(subject: Subject) -> dict[str, str]:
    """Return bucket of another root that is a replication target → path of the source."""
    own = set(subject.held.values()) | {
        str(props.get("BucketName")) for _, props in subject.of("AWS::S3::Bucket")
    }
    destinations = {}
    for path, props in subject.of("AWS::S3::Bucket"):
        for rule in props.get("ReplicationConfiguration", {}).get("Rules", []):
            name = text_of(rule.get("Destination", {}).get("Bucket")).rpartition(":")[2]
            if name and "…" not in name and name not in own:
                destinations[name] = path
    return destinations


@CHECKS.add(
    "replication",
    failures=("replica-without-versions",),
    ask=about_each(Topic.VERSIONING, _destinations),
)
def _versioning(subject: Subject, statuses: Answer) -> Iterable[PreflightFinding]:
    for name, path in _destinations(subject).items():
        if statuses.get(name) != "Enabled":
            problem = (
                f"replicates to '{name}', which keeps no versions"
                if name in statuses
                else (f"replicates to '{name}', which does not exist")
            )
            yield PreflightFinding(
                path, f"{problem}; deploy the recovery region first", "replica-without-versions"
            )


@CHECKS.add("replication that begins", failures=("replica-without-versions",))
def _new_replication(subject: Subject) -> Iterable[PreflightFinding]:
    """Yield deployed buckets with new replication: S3 does not copy existing objects."""
    roles = {path for path, _ in subject.added_of("AWS::IAM::Role")}
    for _, path, props in subject.kept_of("AWS::S3::Bucket"):
        role = f"{path.rpartition('/')[0]}/{REPLICATION_ROLE}".lstrip("/")
        if props.get("ReplicationConfiguration") and role in roles:
            problem = "replicates from now on, and its existing objects are not copied"
            way = "run the jobs of 'Replicate existing objects', docs/runbooks/recovery.md"
            yield PreflightFinding(
                path, f"{problem}; {way}", "replica-without-versions", blocking=False
            )


def _deployed_topics(subject: Subject) -> Iterable[str]:
    return (subject.held[p] for p, t in subject.types_held.items() if t == "AWS::SNS::Topic")


@CHECKS.add(
    "subscriptions",
    failures=("subscription-unconfirmed",),
    ask=about_each(Topic.PENDING, _deployed_topics),
    always=True,
)
def _pending(subject: Subject, pending: Answer) -> Iterable[PreflightFinding]:
    paths = {physical: path for path, physical in subject.held.items()}
    for topic, endpoints in pending.items():
        for endpoint in endpoints:
            problem = f"{endpoint} has not confirmed its subscription"
            yield PreflightFinding(
                paths.get(topic, topic),
                f"{problem}; follow the link in the mail from AWS",
                "subscription-unconfirmed",
                blocking=False,
            )
