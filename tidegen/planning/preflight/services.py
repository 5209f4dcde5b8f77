"""Other services: Kubernetes versions, mail, certificates, replication, subscriptions."""

from collections.abc import Iterable, Iterator
from typing import Any

from tidegen.blocks.replication import ROLE as REPLICATION_ROLE
from tidegen.cloudformation.resources import Properties
from tidegen.cloudformation.values import text_of
from tidegen.contract.topics import Topic
from tidegen.planning.preflight.check import Answer, Check, about, whole
from tidegen.planning.preflight.model import PreflightFinding, Question
from tidegen.planning.preflight.subject import Subject

_CLUSTER = "AWS::EKS::Cluster"
_CERTIFICATE = "AWS::CertificateManager::Certificate"
_ZONE = "AWS::Route53::HostedZone"
#: Mails in 24 hours (Amazon SES guide, "Request production access"); -1 stands for no limit.
_SANDBOX_DAILY = 200


def _asks_versions(subject: Subject) -> Iterable[Question]:
    return whole(Topic.VERSIONS, wanted=any(subject.added_of(_CLUSTER)))


def _offered(subject: Subject, found: Answer) -> Iterable[PreflightFinding]:
    for path, props in subject.added_of(_CLUSTER):
        version = str(props.get("Version"))
        status = str(found.get(version, "UNSUPPORTED"))
        if status.upper() == "UNSUPPORTED":
            told = f"EKS does not offer Kubernetes {version} in {subject.region}"
            yield PreflightFinding(
                path, f"{told}; it offers {', '.join(sorted(found))}", "kubernetes-version"
            )
        elif status.upper() == "EXTENDED_SUPPORT":
            told = f"Kubernetes {version} is in extended support and costs six times as much"
            yield PreflightFinding(
                path, f"{told}; choose a newer version", "kubernetes-version", blocking=False
            )


def _standing_clusters(subject: Subject) -> dict[str, tuple[str, str]]:
    """Name of a cluster that stays → its path and the wanted version."""
    return {
        subject.held[path]: (path, str(props.get("Version")))
        for path, props in subject.of(_CLUSTER)
        if path in subject.held and path not in subject.added
    }


def _moved(subject: Subject, found: Answer) -> Iterable[PreflightFinding]:
    for name, (path, wanted) in _standing_clusters(subject).items():
        live = found.get(name, wanted)
        steps = _minor(wanted) - _minor(live)
        if steps not in (0, 1):
            way = "back" if steps < 0 else f"{steps} minor versions"
            told = f"the cluster runs Kubernetes {live}, EKS does not move it {way} to {wanted}"
            following = live if steps < 0 else f"1.{_minor(live) + 1}"
            yield PreflightFinding(path, f"{told}; set version {following}", "kubernetes-version")


def _minor(version: str) -> int:
    text = version.partition(".")[2].partition(".")[0]
    return int(text) if text.isdigit() else 0


def _asks_mail(subject: Subject) -> Iterable[Question]:
    return whole(Topic.MAIL_ACCOUNT, wanted=any(subject.added_of("AWS::SES::EmailIdentity")))


def _mail(subject: Subject, found: Answer) -> Iterable[PreflightFinding]:
    where, daily = f"SES in {subject.region}", found.get("Daily")
    if not found.get("ProductionAccess", True):
        limit = f"{daily:g} mails a day, " if daily is not None else ""
        told = f"the account is in the sandbox: it sends {limit}to verified addresses only"
        yield PreflightFinding(
            where, f"{told}; ask AWS for production access", "mail-sandbox", blocking=False
        )
    elif daily is not None and 0 <= daily <= _SANDBOX_DAILY:
        told = f"the account may send {daily:g} mails a day, as many as in the sandbox"
        yield PreflightFinding(
            where, f"{told}; ask AWS for a higher quota", "mail-sandbox", blocking=False
        )
    if not found.get("Sending", True):
        yield PreflightFinding(
            where, "AWS has paused its sending; see the SES console", "mail-sandbox", blocking=False
        )


def _certified(subject: Subject) -> Iterator[tuple[str, Properties, Any]]:
    """Certificates that would be added, each with the zones that prove its names."""
    for path, props in subject.added_of(_CERTIFICATE):
        options = props.get("DomainValidationOptions", [])
        zones = [
            o["HostedZoneId"] for o in options if isinstance(o, dict) and o.get("HostedZoneId")
        ]
        yield from ((path, props, zone) for n, zone in enumerate(zones) if zone not in zones[:n])


def _undelegated(subject: Subject) -> Iterable[PreflightFinding]:
    """A zone that comes with the certificate: nobody can have delegated it yet."""
    for path, props, reference in _certified(subject):
        zone = subject.resource_at(reference)
        if zone and zone[0] in subject.added:
            told = f"the certificate of {text_of(props.get('DomainName'))} waits for its new zone"
            name = text_of(zone[1].get("Name"))
            yield PreflightFinding(
                path,
                f"{told}; put the name servers of {name} into the parent zone while it is made",
                "zone-not-delegated",
                blocking=False,
            )


def _new_zones(subject: Subject) -> dict[str, str]:
    """Domain of a public zone that would be added → its path."""
    found = (
        (props.get("Name"), path)
        for path, props in subject.added_of(_ZONE)
        if not props.get("VPCs")
    )
    return {name.rstrip("."): path for name, path in found if isinstance(name, str)}


def _second_zones(subject: Subject, found: Answer) -> Iterable[PreflightFinding]:
    """A zone kept from an earlier stack, to whose servers the parent zone leads."""
    for domain, path in _new_zones(subject).items():
        others = sorted(set(found.get(domain, ())) - set(subject.held.values()))
        if others:
            told = f"there is a zone of {domain} already, {others[0]}, with other name servers"
            yield PreflightFinding(
                path,
                f"{told}; import that one, or put the new name servers into the parent zone",
                "zone-not-delegated",
                blocking=False,
            )


def _standing_zones(subject: Subject) -> list[tuple[str, str, str]]:
    """Path of each certificate that a standing zone proves, with that zone's id and its domain."""
    found = []
    for path, _, reference in _certified(subject):
        zone, standing = subject.resource_at(reference), subject.physical(reference)
        if zone and standing and zone[0] not in subject.added:
            found.append((path, standing, text_of(zone[1].get("Name"))))
    return found


def _asks_delegation(subject: Subject) -> Iterable[Question]:
    found = _standing_zones(subject)
    zones, domains = ({item[place] for item in found} for place in (1, 2))
    return (*about(Topic.ZONE_SERVERS, zones), *about(Topic.NAME_SERVERS, domains))


def _delegation(subject: Subject, own: Answer, public: Answer) -> Iterable[PreflightFinding]:
    for path, _, domain in _standing_zones(subject):
        servers, told = own.get(domain, ()), public.get(domain, ())
        if not set(servers) & set(told):
            what = f"DNS leads to {', '.join(told)}" if told else "DNS leads nowhere"
            yield PreflightFinding(
                path,
                f"the certificate cannot be proved: {what} for {domain}; put {', '.join(servers)} "
                "into the parent zone",
                "zone-not-delegated",
            )


def _destinations(subject: Subject) -> dict[str, str]:
    """Bucket of another root that something replicates to → path of the source."""
    own = set(subject.held.values()) | {
        str(props.get("BucketName")) for _, props in subject.of("AWS::S3::Bucket")
    }
    found = {}
    for path, props in subject.of("AWS::S3::Bucket"):
        for rule in props.get("ReplicationConfiguration", {}).get("Rules", []):
            name = text_of(rule.get("Destination", {}).get("Bucket")).rpartition(":")[2]
            if name and "…" not in name and name not in own:
                found[name] = path
    return found


def _versioning(subject: Subject, found: Answer) -> Iterable[PreflightFinding]:
    for name, path in _destinations(subject).items():
        if found.get(name) != "Enabled":
            told = (
                f"replicates to '{name}', which keeps no versions"
                if name in found
                else (f"replicates to '{name}', which does not exist")
            )
            yield PreflightFinding(
                path, f"{told}; deploy the recovery region first", "replica-without-versions"
            )


def _new_replication(subject: Subject) -> Iterable[PreflightFinding]:
    """Buckets that stand and replicate from now on: S3 copies what comes, not what is there."""
    roles = {path for path, _ in subject.added_of("AWS::IAM::Role")}
    for path, props in subject.of("AWS::S3::Bucket"):
        configuration = props.get("ReplicationConfiguration")
        role = f"{path.rpartition('/')[0]}/{REPLICATION_ROLE}".lstrip("/")
        if configuration and path in subject.held and path not in subject.added and role in roles:
            told = "replicates from now on, and what is in it already is not copied"
            way = "run the jobs of 'Replicate what was there before', docs/runbooks/recovery.md"
            yield PreflightFinding(
                path, f"{told}; {way}", "replica-without-versions", blocking=False
            )


def _topics(subject: Subject) -> Iterable[Question]:
    held = (subject.held[p] for p, t in subject.types_held.items() if t == "AWS::SNS::Topic")
    return about(Topic.PENDING, held)


def _pending(subject: Subject, found: Answer) -> Iterable[PreflightFinding]:
    paths = {physical: path for path, physical in subject.held.items()}
    for topic, endpoints in found.items():
        for endpoint in endpoints:
            told = f"{endpoint} has not confirmed its subscription"
            yield PreflightFinding(
                paths.get(topic, topic),
                f"{told}; follow the link in the mail from AWS",
                "subscription-unconfirmed",
                blocking=False,
            )


CHECKS = (
    Check("Kubernetes versions", ("kubernetes-version",), _asks_versions, _offered),
    Check(
        "clusters that stand",
        ("kubernetes-version",),
        lambda subject: about(Topic.CLUSTERS, _standing_clusters(subject)),
        _moved,
    ),
    Check("SES account", ("mail-sandbox",), _asks_mail, _mail),
    Check("new zones of certificates", ("zone-not-delegated",), None, _undelegated),
    Check(
        "zones of the same domain",
        ("zone-not-delegated",),
        lambda subject: about(Topic.HOSTED_ZONES, _new_zones(subject)),
        _second_zones,
    ),
    Check("zones of certificates", ("zone-not-delegated",), _asks_delegation, _delegation),
    Check(
        "replication",
        ("replica-without-versions",),
        lambda subject: about(Topic.VERSIONING, _destinations(subject)),
        _versioning,
    ),
    Check("replication that begins", ("replica-without-versions",), None, _new_replication),
    Check("subscriptions", ("subscription-unconfirmed",), _topics, _pending, always=True),
)
