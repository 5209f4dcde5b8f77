"""Roles: what the execution role may do, who policies name, who may use the volumes' key."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tidegen.blocks.linked_roles import LINKED_SERVICES
from tidegen.cloudformation.values import text_of
from tidegen.contract import Scope, Topic
from tidegen.planning.preflight.check import Answer, Checks, about_each, if_any
from tidegen.planning.preflight.model import PreflightFinding, Question, Unchecked
from tidegen.planning.preflight.subject import Subject

#: Without these the key of a stack cannot be created, or its policy never changed again.
KEY_ACTIONS = ("kms:CreateKey", "kms:PutKeyPolicy")
_DENIED = ("explicitDeny", "implicitDeny")
_ROLE = re.compile(r":iam::(\d{12}|…):role/([^*?]+)$")
_ROLE_TYPE = "AWS::IAM::Role"
_LINKED = "aws-service-role/"
_AUTO_SCALING = "AWSServiceRoleForAutoScaling"

CHECKS = Checks()


def _permission_questions(subject: Subject) -> Iterable[Question]:
    role = subject.service_role
    if not role or not any(subject.added_of("AWS::KMS::Key")):
        return ()
    return (Question(Topic.PERMISSIONS, (role, subject.region, *KEY_ACTIONS)),)


@CHECKS.add(
    "permissions of the execution role",
    failures=("key-without-administrator",),
    ask=_permission_questions,
)
def _permissions(subject: Subject, decisions: Answer) -> Iterable[PreflightFinding | Unchecked]:
    for action, decision in decisions.items():
        if decision == "unknown":
            why = "the policy's conditions need values that only the real call has"
            yield Unchecked(subject.stack_name, f"permission {action}", why)
        if decision in _DENIED:
            yield PreflightFinding(
                str(subject.service_role),
                f"the execution role may not {action} ({decision}), and stack "
                f"{subject.stack_name} creates keys; deploy the access stack again",
                "key-without-administrator",
            )


def _principals(value: Any) -> Iterator[str]:
    """Yield every principal of AWS that policies below `value` name."""
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
    """Return role name → path of a policy that names it, and the path of the role.

    The roles are those of this account that the root does not create.
    """
    made = {props.get("RoleName") for _, props in subject.of(_ROLE_TYPE)}
    roles: dict[str, tuple[str, str]] = {}
    for path, resource in subject.resources.items():
        for principal in _principals(resource.get("Properties", {})):
            match = _ROLE.search(principal)
            if match is None or match[1] not in (subject.account, "…") or "…" in match[2]:
                continue
            folder, _, name = match[2].rpartition("/")
            if name not in made:
                roles.setdefault(name, (path, folder))
    return roles


@CHECKS.add(
    "roles that policies name",
    failures=("role-missing",),
    ask=about_each(Topic.ROLES, _named_roles),
)
def _roles(subject: Subject, existing: Answer) -> Iterable[PreflightFinding]:
    for name, (path, folder) in _named_roles(subject).items():
        if name not in existing:
            problem = (
                f"the policy names role '{name}', which is missing in account {subject.account}"
            )
            # A step of an account file's plan, before the root that names the role.
            comes = folder.startswith(_LINKED) and subject.address.scope is Scope.ACCOUNT
            listed = folder.removeprefix(_LINKED) in LINKED_SERVICES
            yield PreflightFinding(
                path,
                f"{problem}; {_remedy(folder)}",
                "role-missing",
                blocking=not (comes and listed),
            )


def _remedy(folder: str) -> str:
    """Return how to create the role below `folder`."""
    service = folder.removeprefix(_LINKED)
    if service in LINKED_SERVICES:
        return (
            "deploy the account file of the home region, which creates it after its identity root"
        )
    if folder.startswith(_LINKED):
        return f"run 'aws iam create-service-linked-role --aws-service-name {service}' first"
    return "create it first"


def _boundaries(subject: Subject) -> dict[str, str]:
    """Return name of a boundary → path of a role to create with it."""
    roles = subject.added_of(_ROLE_TYPE)
    boundaries = ((props.get("PermissionsBoundary"), path) for path, props in roles)
    return {arn.rpartition("/")[2]: path for arn, path in boundaries if isinstance(arn, str)}


@CHECKS.add(
    "boundary of roles", failures=("role-missing",), ask=about_each(Topic.POLICIES, _boundaries)
)
def _bounded(subject: Subject, existing: Answer) -> Iterable[PreflightFinding]:
    for name, path in _boundaries(subject).items():
        if name not in existing:
            problem = (
                f"boundary policy '{name}' of every role is missing in account {subject.account}"
            )
            does = "first deploy the account file whose home_region is true, which creates it"
            yield PreflightFinding(path, f"{problem}; {does}", "role-missing")


def _keyless(subject: Subject) -> dict[str, bool]:
    """Return launch templates with volumes without a key → whether they request encryption."""
    templates = {}
    for path, props in subject.added_of("AWS::EC2::LaunchTemplate"):
        mappings = props.get("LaunchTemplateData", {}).get("BlockDeviceMappings", [])
        volumes = [m["Ebs"] for m in mappings if isinstance(m, dict) and "Ebs" in m]
        keyless = [volume for volume in volumes if "KmsKeyId" not in volume]
        if keyless or not volumes:
            templates[path] = any(str(v.get("Encrypted")).lower() == "true" for v in keyless)
    return templates


@CHECKS.add(
    "key of new volumes", failures=("volume-key-closed",), ask=if_any(Topic.DEFAULT_KEY, _keyless)
)
def _default_key(subject: Subject, default: Answer) -> Iterable[PreflightFinding]:
    """Yield volumes under an unusable default key.

    `key` is empty if it is AWS's own; with `always` volumes are encrypted by default.
    """
    if not default["key"] or _AUTO_SCALING in default["policy"]:
        return
    for path, encrypted in _keyless(subject).items():
        if encrypted or default["always"]:
            problem = f"its volumes use the key {default['key']}, which Auto Scaling may not use"
            yield PreflightFinding(
                path, f"{problem}; name {_AUTO_SCALING} in its policy", "volume-key-closed"
            )
