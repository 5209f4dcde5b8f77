"""Resources that an account has once: recorder, channel, detector, providers, linked roles."""

from collections.abc import Iterable
from functools import partial

from tidegen.blocks.linked_roles import LINKED_SERVICES
from tidegen.cloudformation.values import text_of
from tidegen.contract.topics import Topic
from tidegen.planning.preflight.check import Answer, Check, about, whole
from tidegen.planning.preflight.model import IMPORT, PreflightFinding, Question
from tidegen.planning.preflight.subject import Subject

_RECORDER = "AWS::Config::ConfigurationRecorder"
_CHANNEL = "AWS::Config::DeliveryChannel"
_DETECTOR = "AWS::GuardDuty::Detector"
_ANALYZER = "AWS::AccessAnalyzer::Analyzer"
_PROVIDER = "AWS::IAM::OIDCProvider"
_LINKED_ROLE = "AWS::IAM::ServiceLinkedRole"


def _asks(subject: Subject, type_name: str, topic: Topic) -> Iterable[Question]:
    return whole(topic, wanted=any(subject.added_of(type_name)))


def _one(
    subject: Subject, existing: Answer, type_name: str, failure: str, what: str
) -> Iterable[PreflightFinding]:
    others = sorted(set(existing) - set(subject.held.values()))
    for path, _ in subject.added_of(type_name) if others else ():
        yield PreflightFinding(
            path,
            f"the account has {what} in {subject.region} already, '{others[0]}'; "
            f"{IMPORT}, or delete it first",
            failure,
        )


def _analyzer(subject: Subject, types: Answer) -> Iterable[PreflightFinding]:
    same = {
        name: kind
        for name, kind in types.items()
        if kind in {props.get("Type") for _, props in subject.added_of(_ANALYZER)}
    }
    return _one(subject, same, _ANALYZER, "quota-exceeded", "an access analyzer of this type")


def _provider(subject: Subject, arns: Answer) -> Iterable[PreflightFinding]:
    for path, props in subject.added_of(_PROVIDER):
        url = text_of(props.get("Url")).removeprefix("https://")
        arn = arns.get(url)
        if arn and arn not in subject.held.values():
            yield PreflightFinding(
                path,
                f"the account has the identity provider {arn} already, and a rollback would "
                f"delete that one (failure identity-provider-deleted); {IMPORT}",
                "identity-provider-exists",
            )


def _linked_names(subject: Subject) -> dict[str, str]:
    services = (
        (props.get("AWSServiceName"), path) for path, props in subject.added_of(_LINKED_ROLE)
    )
    return {service: path for service, path in services if isinstance(service, str)}


def _linked(subject: Subject, roles: Answer) -> Iterable[PreflightFinding]:
    for service, path in _linked_names(subject).items():
        if service in roles:
            step = ": a step of the account file's plan creates it"
            yield PreflightFinding(
                path,
                f"the account has the service-linked role of {service} already, "
                f"'{roles[service]}'; remove it from the template"
                f"{step if service in LINKED_SERVICES else ''}",
                "linked-role-exists",
            )


def _single(name: str, failure: str, type_name: str, topic: Topic) -> Check:
    """Return the check of a resource that a region of an account can have once."""
    return Check(
        name,
        (failure,),
        partial(_asks, type_name=type_name, topic=topic),
        partial(_one, type_name=type_name, failure=failure, what=f"a {name}"),
    )


CHECKS = (
    _single("configuration recorder", "recorder-exists", _RECORDER, Topic.RECORDERS),
    _single("delivery channel", "delivery-channel-exists", _CHANNEL, Topic.CHANNELS),
    _single("GuardDuty detector", "detector-exists", _DETECTOR, Topic.DETECTORS),
    Check(
        "access analyzer",
        ("quota-exceeded",),
        partial(_asks, type_name=_ANALYZER, topic=Topic.ANALYZERS),
        _analyzer,
    ),
    Check(
        "identity provider",
        ("identity-provider-exists", "identity-provider-deleted"),
        partial(_asks, type_name=_PROVIDER, topic=Topic.PROVIDERS),
        _provider,
    ),
    Check(
        "service-linked roles",
        ("linked-role-exists",),
        lambda subject: about(Topic.LINKED_ROLES, _linked_names(subject)),
        _linked,
    ),
)
