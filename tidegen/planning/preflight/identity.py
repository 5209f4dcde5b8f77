"""Roles: what the execution role may do, who policies name, who may use the volumes' key."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tidegen.blocks.linked_roles import LINKED_SERVICES
from tidegen.cloudformation.values import text_of
from tidegen.contract import Scope
from tidegen.contract.topics import Topic
from tidegen.planning.preflight.check import Answer, Check, about, whole
from tidegen.planning.preflight.model import PreflightFinding, Question, Unchecked
from tidegen.planning.preflight.subject import Subject

#: Without these the key of a stack cannot be made, or its policy never be changed again.
KEY_ACTIONS = ("kms:CreateKey", "kms:PutKeyPolicy")
_DENIED = ("explicitDeny", "implicitDeny")
_ROLE = re.compile(r":iam::(\d{12}|…):role/([^*?]+)$")
_ROLE_TYPE = "AWS::IAM::Role"
_LINKED = "aws-service-role/"
_AUTO_SCALING = "AWSServiceRoleForAutoScaling"


def _asks_permissions(subject: Subject) -> Iterable[Question]:
    role = subject.service_role
    if not role or not any(subject.added_of("AWS::KMS::Key")):
        return ()
    return (Question(Topic.PERMISSIONS, (role, subject.region, *KEY_ACTIONS)),)


def _permissions(subject: Subject, decisions: Answer) -> Iterable[PreflightFinding | Unchecked]:
    for action, decision in decisions.items():
        if decision == "unknown":
            why = "the policy's conditions need values that only the real call has"
            yield Unchecked(subject.stack_name, f"permission {action}", why)
        if decision in _DENIED:
            yield PreflightFinding(
                str(subject.service_role),
                f"the execution role may not {action} ({decision}), and stack "
                f"{subject.stack_name} makes keys; deploy the access stack again",
                "key-without-administrator",
            )


def _principals(value: Any) -> Iterator[str]:
    """Every principal of AWS that policies below `value` name."""
    if isinstance(value, list):
        for item in value:
            yield from _principals(item)
    elif isinstance(value, dict):
        named = value.get("Principal")
        aws = named.get("AWS", []) if isinstance(named, dict) else []
        yield from map(text_of, aws if isinstance(aws, list) else [aws])
        for item in value.values():
            yield from _principals(item)


def _named_roles(subject: Subject) -> dict[str, tuple[str, str]]:
    """Role name → path of a policy that names it, and the role's own path.

    Roles of this account that the root does not make.
    """
    made = {props.get("RoleName") for _, props in subject.of(_ROLE_TYPE)}
    found: dict[str, tuple[str, str]] = {}
    for path, resource in subject.resources.items():
        for principal in _principals(resource.get("Properties", {})):
            match = _ROLE.search(principal)
            if match is None or match[1] not in (subject.account, "…") or "…" in match[2]:
                continue
            folder, _, name = match[2].rpartition("/")
            if name not in made:
                found.setdefault(name, (path, folder))
    return found


def _roles(subject: Subject, found: Answer) -> Iterable[PreflightFinding]:
    for name, (path, folder) in _named_roles(subject).items():
        if name not in found:
            told = f"the policy names role '{name}', which account {subject.account} lacks"
            # A step of an account file's plan, and there before the root that names the role.
            comes = folder.startswith(_LINKED) and subject.address.scope is Scope.ACCOUNT
            listed = folder.removeprefix(_LINKED) in LINKED_SERVICES
            blocking = not (comes and listed)
            yield PreflightFinding(
                path, f"{told}; {_remedy(folder)}", "role-missing", blocking=blocking
            )


def _remedy(folder: str) -> str:
    """What makes the role below `folder`."""
    service = folder.removeprefix(_LINKED)
    if service in LINKED_SERVICES:
        return "the account file of the home region makes it after its identity root: deploy that"
    if folder.startswith(_LINKED):
        return f"run 'aws iam create-service-linked-role --aws-service-name {service}' first"
    return "make it first"


def _boundaries(subject: Subject) -> dict[str, str]:
    """Name of a boundary → path of a role to make with it."""
    roles = subject.added_of(_ROLE_TYPE)
    found = ((props.get("PermissionsBoundary"), path) for path, props in roles)
    return {arn.rpartition("/")[2]: path for arn, path in found if isinstance(arn, str)}


def _bounded(subject: Subject, found: Answer) -> Iterable[PreflightFinding]:
    for name, path in _boundaries(subject).items():
        if name not in found:
            told = f"account {subject.account} lacks policy '{name}', the boundary of every role"
            does = "deploy the account file whose home_region is true first, which makes it"
            yield PreflightFinding(path, f"{told}; {does}", "role-missing")


def _keyless(subject: Subject) -> dict[str, bool]:
    """Launch templates with volumes that name no key → whether they ask for encryption."""
    found = {}
    for path, props in subject.added_of("AWS::EC2::LaunchTemplate"):
        mappings = props.get("LaunchTemplateData", {}).get("BlockDeviceMappings", [])
        volumes = [m["Ebs"] for m in mappings if isinstance(m, dict) and "Ebs" in m]
        keyless = [volume for volume in volumes if "KmsKeyId" not in volume]
        if keyless or not volumes:
            found[path] = any(str(v.get("Encrypted")).lower() == "true" for v in keyless)
    return found


def _default_key(subject: Subject, found: Answer) -> Iterable[PreflightFinding]:
    """`key` is empty where it is AWS's own; `always`: volumes are encrypted without being asked."""
    if not found["key"] or _AUTO_SCALING in found["policy"]:
        return
    for path, encrypted in _keyless(subject).items():
        if encrypted or found["always"]:
            told = f"its volumes take the key {found['key']}, which Auto Scaling may not use"
            yield PreflightFinding(
                path, f"{told}; name {_AUTO_SCALING} in its policy", "volume-key-closed"
            )


CHECKS = (
    Check(
        "permissions of the execution role",
        ("key-without-administrator",),
        _asks_permissions,
        _permissions,
    ),
    Check(
        "roles that policies name",
        ("role-missing",),
        lambda subject: about(Topic.ROLES, _named_roles(subject)),
        _roles,
    ),
    Check(
        "boundary of roles",
        ("role-missing",),
        lambda subject: about(Topic.POLICIES, _boundaries(subject)),
        _bounded,
    ),
    Check(
        "key of new volumes",
        ("volume-key-closed",),
        lambda subject: whole(Topic.DEFAULT_KEY, wanted=bool(_keyless(subject))),
        _default_key,
    ),
)
