"""Resources that an account has once: recorder, channel, detector, providers, linked roles."""

from collections.abc import Iterable
from functools import partial

from tidegen.blocks.linked_roles import LINKED_SERVICES
from tidegen.cloudformation.values import text_of
from tidegen.contract import Topic
from tidegen.planning.preflight.check import Answer, Check, Checks, about_names, if_added
from tidegen.planning.preflight.model import IMPORT, PreflightFinding
from tidegen.planning.preflight.subject import Subject

_RECORDER = "AWS::Config::ConfigurationRecorder"
_CHANNEL = "AWS::Config::DeliveryChannel"
_DETECTOR = "AWS::GuardDuty::Detector"
_ANALYZER = "AWS::AccessAnalyzer::Analyzer"
_PROVIDER = "AWS::IAM::OIDCProvider"
_LINKED_ROLE = ("AWS::IAM::ServiceLinkedRole", "AWSServiceName")

CHECKS = Checks()


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


#: Name, type and topic of each, and the failure if the account has another.
_SINGLETONS = (
    ("configuration recorder", _RECORDER, Topic.RECORDERS, "recorder-exists"),
    ("delivery channel", _CHANNEL, Topic.CHANNELS, "delivery-channel-exists"),
    ("GuardDuty detector", _DETECTOR, Topic.DETECTORS, "detector-exists"),
)
CHECKS.extend(
    Check(
        name=name,
        failures=(failure,),
        ask=if_added(topic, type_name),
        judge=partial(_one, type_name=type_name, failure=failure, what=f"a {name}"),
    )
    for name, type_name, topic, failure in _SINGLETONS
)


@CHECKS.add(
    "access analyzer", failures=("quota-exceeded",), ask=if_added(Topic.ANALYZERS, _ANALYZER)
)
def _analyzer(subject: Subject, types: Answer) -> Iterable[PreflightFinding]:
    same = {
        name: kind
        for name, kind in types.items()
        if kind in {props.get("Type") for _, props in subject.added_of(_ANALYZER)}
    }
    return _one(subject, same, _ANALYZER, "quota-exceeded", "an access analyzer of this type")


@CHECKS.add(
    "identity provider",
    failures=("identity-provider-exists", "identity-provider-deleted"),
    ask=if_added(Topic.PROVIDERS, _PROVIDER),
)
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


@CHECKS.add(
    "service-linked roles",
    failures=("linked-role-exists",),
    ask=about_names(Topic.LINKED_ROLES, *_LINKED_ROLE),
)
def _linked(subject: Subject, roles: Answer) -> Iterable[PreflightFinding]:
    for service, path in subject.names(*_LINKED_ROLE).items():
        if service in roles:
            step = ": a step of the account file's plan creates it"
            yield PreflightFinding(
                path,
                f"the account has the service-linked role of {service} already, "
                f"'{roles[service]}'; remove it from the template"
                f"{step if service in LINKED_SERVICES else ''}",
                "linked-role-exists",
            )
