"""The calls that a handler makes, by the registry's schemas, and the resources they name."""

from collections.abc import Iterator
from dataclasses import dataclass

from tidegen.blocks.linked_roles import LINKED_SERVICES, ON_FIRST_USE
from tidegen.cloudformation.handlers import operation_permissions
from tidegen.cloudformation.schemas import UnknownTypeError
from tidegen.concerns.access.exceptions import is_excepted
from tidegen.iam.patterns import UNKNOWN
from tidegen.iam.reference import Action, ResourceType, action_named
from tidegen.iam.subject import Subject
from tidegen.local import upstream
from tidegen.local.authorization import arns
from tidegen.local.authorization.exceptions import is_made
from tidegen.local.authorization.roles import record_named

#: A resource that a call names: its type in the reference, if the call has one, and its ARN.
Target = tuple[ResourceType | None, str]
_NESTED = "AWS::CloudFormation::Stack"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of a handler, which must be allowed on each of its targets."""

    action: Action
    targets: tuple[Target, ...]


def calls_of(subject: Subject, role_arn: str) -> list[Call]:
    """Return the calls of a handler that the reference knows, without the exceptions."""
    calls = []
    for name in _permissions(subject):
        action = action_named(name)
        if action and not is_excepted(name, subject.type_name) and is_made(name, subject):
            calls += list(_calls(action, subject, role_arn))
    return calls


def _permissions(subject: Subject) -> tuple[str, ...]:
    try:
        return operation_permissions(subject.type_name, subject.operation)
    except UnknownTypeError:
        return ()  # a private or custom type, with a role of its own


def _calls(action: Action, subject: Subject, role_arn: str) -> Iterator[Call]:
    if subject.type_name == _NESTED and action.name == "iam:PassRole":
        yield Call(action=action, targets=((action.types[0], role_arn),))
    elif action.name.startswith("iam:"):
        targets = tuple(_iam_targets(action, subject))
        if targets:
            yield Call(action=action, targets=targets)
    elif not action.types:
        yield Call(action=action, targets=((None, "*"),))
    else:
        named: list[Target] = [*arns.targets(action, subject)]
        yield Call(action=action, targets=tuple(named) or ((None, arns.somewhere(action)),))


def _iam_targets(action: Action, subject: Subject) -> Iterator[Target]:
    """Yield what a call of IAM names; nothing where a handler has no reason to make it."""
    kinds = {kind.name: kind for kind in action.types}
    if action.name == "iam:CreateServiceLinkedRole":
        found = [arn for arn, exists in _linked_roles(subject) if not exists]
    elif action.name == "iam:PassRole":
        found = _roles(subject)
    elif action.name == "iam:GetRole":
        found = [*_roles(subject), *(arn for arn, _ in _linked_roles(subject))]
    elif "role" in kinds and subject.type_name != "AWS::IAM::Role":
        found = _roles(subject)
    else:
        yield from _own_iam(action, subject)
        return
    yield from ((kinds.get("role"), arn) for arn in dict.fromkeys(found))


def _own_iam(action: Action, subject: Subject) -> Iterator[Target]:
    """Yield the ARN of an IAM resource itself, which has a path."""
    words = {"Role": "role", "ManagedPolicy": "policy", "InstanceProfile": "instance-profile"}
    word = words.get(subject.kind)
    for kind in action.types:
        if kind.name == word:
            if ":" in subject.physical_id:
                yield kind, subject.physical_id
            else:
                path = subject.properties.get("Path") or "/"
                yield kind, f"arn:aws:iam::{subject.account}:{word}{path}{subject.name()}"
    if not action.types:
        yield None, "*"


def _roles(subject: Subject) -> list[str]:
    """Return the ARNs of the roles among a resource's properties: given, or by name."""
    prefix = f"arn:aws:iam::{subject.account}:role/"
    given = [t for name, t in subject.texts if t.startswith(prefix) and _is_of_role(name)]
    names = [text for key, text in subject.texts if key in ("roles", "rolename", "role")]
    records = [record for name in names if ":" not in name and (record := record_named(name))]
    own = _own_role(subject)
    return list(dict.fromkeys([*given, *(str(record["Arn"]) for record in records), *own]))


def _is_of_role(name: str) -> bool:
    """Return whether a property of that name is a role that is passed, not one of a policy."""
    return "role" in name or name == "deliverlogspermissionarn"


def _own_role(subject: Subject) -> list[str]:
    if subject.type_name != "AWS::IAM::Role":
        return []
    path = subject.properties.get("Path") or "/"
    return [f"arn:aws:iam::{subject.account}:role{path}{subject.name()}"]


def _linked_roles(subject: Subject) -> list[tuple[str, bool]]:
    """Return the service-linked roles that a type needs, and whether each exists."""
    linked = {**LINKED_SERVICES, **ON_FIRST_USE}
    services = [name for name, types in linked.items() if subject.type_name in types]
    return [_linked_role(service, subject.account) for service in services]


def _linked_role(service: str, account: str) -> tuple[str, bool]:
    path = f"/aws-service-role/{service}/"
    records = upstream.service("iam")._roles.values()
    found = [record["Arn"] for record in records if record.get("Path") == path]
    new = f"arn:aws:iam::{account}:role{path}{UNKNOWN}"
    return (str(found[0]), True) if found else (new, False)
