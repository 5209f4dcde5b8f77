"""The ARNs that a handler's call names: of its own resource, and of those in its properties.

The reference says which types an action acts on, and how their ARNs look. Parts that are known
only after the call, such as the id of a new resource, are `UNKNOWN`.
"""

import functools
import itertools
import re
from collections.abc import Mapping

from tidegen.iam.patterns import UNKNOWN
from tidegen.iam.reference import Action, ResourceType
from tidegen.local.authorization.exceptions import named_in
from tidegen.local.authorization.subject import Subject

_VARIABLE = re.compile(r"\$\{(\w+)\}")
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


def targets(action: Action, subject: Subject) -> list[tuple[ResourceType, str]]:
    """Return the resources that a call names, each of which must be allowed."""
    places = named_in(action.name, subject)
    own = [kind for kind in action.types if is_own(kind, subject)]
    # Tags are set, and a resource is read, on what the stack manages, not on what it names.
    only_own = own and action.level in ("Tagging", "Read", "List")
    kinds = own if only_own else action.types
    named = [(kind, arn) for kind in kinds for arn in _arns(kind, subject, places)]
    reached = {kind.name for kind, _ in named}
    missing = [kind for kind in action.types if kind.required and kind.name not in reached]
    return named + [(kind, _filled(kind, subject, {})) for kind in missing]


def somewhere(action: Action) -> str:
    """Return the ARN of an unknown resource of the action's service."""
    service = action.name.partition(":")[0]
    return f"arn:aws:{service}:{UNKNOWN}:{UNKNOWN}:{UNKNOWN}"


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


def _arns(kind: ResourceType, subject: Subject, places: tuple[str, ...] | None = None) -> list[str]:
    """Return the ARNs of one type that the subject is or names, in these properties or in all."""
    pattern = _pattern(kind.arn)
    texts = [text for name, text in subject.texts if places is None or name in places]
    given = [text for text in texts if pattern.fullmatch(text)]
    if is_own(kind, subject):
        own = [arn for arn in given if subject.physical_id and subject.physical_id in arn]
        return own[:1] or [_filled(kind, subject, {}, own=True)]
    return list(dict.fromkeys(given)) or _bound(kind, subject)


@functools.cache
def _pattern(arn: str) -> re.Pattern[str]:
    """Return a pattern for ARNs of a type."""
    parts = _VARIABLE.split(arn)
    texts = [re.escape(part) if index % 2 == 0 else "[^:*]*" for index, part in enumerate(parts)]
    return re.compile("".join(texts))


def _bound(kind: ResourceType, subject: Subject) -> list[str]:
    """Return the ARNs whose variables all have values among the properties."""
    names = [name for name in _VARIABLE.findall(kind.arn) if name not in _fixed(subject)]
    values = [_values(name, kind, subject) for name in names]
    return [
        _filled(kind, subject, dict(zip(names, chosen, strict=True)))
        for chosen in itertools.product(*values)
    ]


def _values(variable: str, kind: ResourceType, subject: Subject) -> list[str]:
    """Return the values of a variable among the properties."""
    names = {variable.lower(), f"{variable.lower()}s", *_PROPERTIES.get(variable, ())}
    if variable in ("Id", "ResourceId"):
        names = {f"{_plain(kind.name)}id"}
    texts = [text for name, text in subject.texts if name in names and ":" not in text]
    return [_written(variable, text) for text in dict.fromkeys(texts)]


def _fixed(subject: Subject) -> dict[str, str]:
    return {"Partition": "aws", "Region": subject.region, "Account": subject.account}


def _filled(
    kind: ResourceType, subject: Subject, values: Mapping[str, str], *, own: bool = False
) -> str:
    """Return an ARN of a type; what has no value is unknown."""
    known = {**_fixed(subject), **values}

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in known:
            return known[name]
        return _own_value(name, kind, subject) if own else UNKNOWN

    return _VARIABLE.sub(value, kind.arn)


def _own_value(variable: str, kind: ResourceType, subject: Subject) -> str:
    """Return the value of a variable in the ARN of the subject itself."""
    if variable in ("UUID", "Scope"):
        return UNKNOWN
    named = _values(variable, kind, subject)
    if named:
        return named[0]
    if _is_name(variable):
        return _written(variable, subject.name())
    identifier = subject.physical_id.rpartition("/")[2]
    is_only = len(set(_VARIABLE.findall(kind.arn)) - _fixed(subject).keys()) == 1
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
