"""The ARNs of a resource, by the forms of the Service Authorization Reference.

Parts that are known only after a call, such as the id of a new resource, are `UNKNOWN`.
"""

import functools
import re
from collections.abc import Mapping

from tidegen.iam.patterns import UNKNOWN
from tidegen.iam.reference import ResourceType, all_types
from tidegen.iam.subject import Subject

VARIABLE = re.compile(r"\$\{(\w+)\}")
#: Resource type → the reference's word, where it is another one.
_OTHER_WORDS: Mapping[str, str] = {
    "AWS::EC2::EIP": "elastic-ip",
    "AWS::EC2::FlowLog": "vpc-flow-log",
    "AWS::CloudWatch::CompositeAlarm": "alarm",
    "AWS::IAM::ManagedPolicy": "policy",
    "AWS::Events::Rule": "rule-on-default-event-bus",
    "AWS::Route53Resolver::ResolverQueryLoggingConfig": "resolver-query-log-config",
    "AWS::SES::EmailIdentity": "identity",
}
#: Variable of an ARN → properties that may hold its value, in addition to that of its own name.
_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "BucketName": ("bucket", "s3bucket"),
    "ObjectName": ("key", "s3key"),
    "SecurityGroupId": ("groupid", "securitygroups", "sourcesecuritygroupid"),
    "NaclId": ("networkaclid",),
    "KeyId": ("targetkeyid", "kmskeyid", "kmsmasterkeyid"),
    "GroupFriendlyName": ("autoscalinggroupname",),
    "IdentityName": ("emailidentity",),
    "Alias": ("aliasname",),
    "VpcEndpointServiceId": ("serviceid",),
    "ParameterNameWithoutLeadingSlash": ("name",),
}


def is_own(kind: ResourceType, subject: Subject) -> bool:
    """Return whether a type of the reference is that of the subject itself."""
    balancer = "net" if subject.properties.get("Type") == "network" else "app"
    return _is_type(kind.arn, kind.name, subject.type_name, balancer)


@functools.cache
def _is_type(arn: str, name: str, type_name: str, balancer: str) -> bool:
    """Return whether a type of the reference, its ARN and name, is a type of the registry."""
    if arn.split(":")[2].replace("-", "") != service_of(type_name):
        return False
    kind = type_name.rpartition("::")[2]
    words = {_plain(_OTHER_WORDS.get(type_name, kind))}
    if kind in ("LoadBalancer", "Listener", "ListenerRule"):  # the reference's words say its type
        words.add(f"{kind.lower()}{balancer}")
    return _plain(name).rstrip("/") in words


@functools.cache
def service_of(type_name: str) -> str:
    """Return the service of a type as ARNs write it, without hyphens."""
    word = type_name.split("::")[1].lower()
    others = {
        "certificatemanager": "acm",
        "elasticloadbalancingv2": "elasticloadbalancing",
        "kinesisfirehose": "firehose",
    }
    return others.get(word, word)


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def types_of(subject: Subject) -> tuple[ResourceType, ...]:
    """Return the types of the reference that are the subject's own."""
    return _types_of(subject.type_name, subject.properties.get("Type") == "network")


@functools.cache
def _types_of(type_name: str, is_network: bool) -> tuple[ResourceType, ...]:
    balancer = "net" if is_network else "app"
    return tuple(k for k in all_types() if _is_type(k.arn, k.name, type_name, balancer))


def own_arn(kind: ResourceType, subject: Subject) -> str:
    """Return the ARN of the subject itself, as a type of the reference."""
    return filled(kind, subject, {}, own=True)


def values_of(variable: str, kind: ResourceType, subject: Subject) -> list[str]:
    """Return the values of a variable among the properties."""
    names = {variable.lower(), f"{variable.lower()}s", *_PROPERTIES.get(variable, ())}
    if variable in ("Id", "ResourceId"):
        names = {f"{_plain(kind.name)}id"}
    texts = [text for name, text in subject.texts if name in names and ":" not in text]
    return [_written(variable, text) for text in dict.fromkeys(texts)]


def fixed(subject: Subject) -> dict[str, str]:
    """Return the variables of ARNs that have a value for every resource."""
    return {"Partition": "aws", "Region": subject.region, "Account": subject.account}


def filled(
    kind: ResourceType, subject: Subject, values: Mapping[str, str], *, own: bool = False
) -> str:
    """Return an ARN of a type; what has no value is unknown."""
    known = {**fixed(subject), **values}

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in known:
            return known[name]
        return _own_value(name, kind, subject) if own else UNKNOWN

    return VARIABLE.sub(value, kind.arn)


def _own_value(variable: str, kind: ResourceType, subject: Subject) -> str:
    """Return the value of a variable in the ARN of the subject itself."""
    if variable in ("UUID", "Scope"):
        return UNKNOWN
    named = values_of(variable, kind, subject)
    if named:
        return named[0]
    if _is_name(variable):
        return _written(variable, subject.name())
    identifier = subject.physical_id.rpartition("/")[2]
    is_only = len(set(VARIABLE.findall(kind.arn)) - fixed(subject).keys()) == 1
    return identifier if is_only and identifier else UNKNOWN


def _is_name(variable: str) -> bool:
    others = ("Alias", "SecretId", "GroupFriendlyName", "DedicatedIPPool")
    return variable.endswith("Name") or variable in others


def _written(variable: str, text: str) -> str:
    """Return a value as it is in ARNs, which is not always the name."""
    if variable == "Alias":
        return text.removeprefix("alias/")
    if variable == "ParameterNameWithoutLeadingSlash":
        return text.lstrip("/")
    if variable == "QueueName":
        return text.rpartition("/")[2]
    if variable == "SecretId":
        return f"{text}-XXXXXX"
    if variable == "LogGroupName":
        return text + UNKNOWN  # or `:*`, or a stream
    return text
