"""An environment's values for CloudFormation: dotted name → parameter string."""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from tidegen.contract import (
    ADMINISTRATORS,
    CONTACTS,
    FIELDS,
    FIRST_DEPLOY,
    ZONES,
    Scope,
    roots_of,
)
from tidegen.environments.model import EnvironmentFile, File
from tidegen.environments.types import is_arm, partition
from tidegen.errors import InputError, Problem

_SMALL, _LARGE = 22, 18
#: Kind of subnet → prefix length, and the number of the first subnet of that length in the VPC.
_SUBNETS = {"public": (_SMALL, 0), "data": (_SMALL, 4), "private": (_LARGE, 1)}


def parameter_values(environment: File, scope: Scope, siblings: Iterable[File]) -> dict[str, str]:
    """Return every catalogue field of `scope`: dotted name → the string of its parameter.

    `siblings` are all files of the project. Raises InputError if the file has no such root.
    """
    has_recovery = isinstance(environment, EnvironmentFile) and environment.recovery
    if scope not in roots_of(environment.scope) or (scope is Scope.RECOVERY and not has_recovery):
        problem = f"is of scope {environment.scope} and has no {scope} root"
        raise InputError(Problem(environment.name, problem))
    wanted = [name for name, entry in FIELDS.items() if scope in entry.scopes]
    return {name: _text(_value(environment, name, siblings)) for name in wanted}


def _value(file: File, name: str, siblings: Iterable[File]) -> Any:
    if name == "shared.allowed_accounts":
        return _allowed_accounts(file, siblings)
    derive = _DERIVED.get(name)
    if derive is not None:
        return derive(file)
    value: Any = file
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return "" if value is None else str(value)


def subnets(cidr: str, kind: str) -> list[str]:
    """Return three ranges: /22 for public (from .0.0) and data (from .16.0), /18 for private."""
    prefix, first = _SUBNETS[kind]
    base, size = int(IPv4Network(cidr).network_address), 2 ** (32 - prefix)
    return [f"{IPv4Address(base + (first + i) * size)}/{prefix}" for i in range(len(ZONES))]


def _allowed_accounts(file: File, siblings: Iterable[File]) -> list[str]:
    users = [
        sibling
        for sibling in siblings
        if isinstance(sibling, EnvironmentFile) and sibling.shared == file.name
    ]
    return sorted({f"arn:{partition(u.region)}:iam::{u.account}:root" for u in users})


def _recovery_region(file: Any) -> str:
    return file.recovery.region if file.recovery else ""


def _zone(number: int) -> Callable[[Any], str]:
    return lambda file: str(file.network.zones[number - 1])


def _ami_type(file: Any) -> str:
    """Return the image type for the instances (EKS API, CreateNodegroup, amiType)."""
    arm = is_arm(file.cluster.instance_types[0])
    return "AL2023_ARM_64_STANDARD" if arm else "AL2023_x86_64_STANDARD"


def _administrator(number: int) -> Callable[[Any], str]:
    return lambda file: "".join(file.cluster.administrators[number - 1 : number])


def _contact(kind: str, number: int) -> Callable[[Any], str]:
    return lambda file: "".join(getattr(file.contacts, kind)[number - 1 : number])


def _subnets_of(kind: str) -> Callable[[Any], list[str]]:
    return lambda file: subnets(file.network.cidr, kind)


#: Catalogue fields that are computed, not read.
_DERIVED: dict[str, Callable[[Any], Any]] = {
    # a deploy that creates the stack passes true (planning.first_deploy)
    FIRST_DEPLOY: lambda _: False,
    "domain": lambda file: f"{file.name}.{file.domain}",
    # below the public zone, so that public authorities certify names in it (decision 011)
    "private_domain": lambda file: f"internal.{file.name}.{file.domain}",
    "recovery.region": _recovery_region,
    "source.region": lambda file: file.region,
    "cluster.ami_type": _ami_type,
    **{f"cluster.administrator_{n}": _administrator(n) for n in ADMINISTRATORS},
    **{
        f"contacts.{kind}_{number}": _contact(kind, number)
        for kind in ("critical", "warning", "security")
        for number in CONTACTS
    },
    **{f"network.zone_{n}": _zone(n) for n in ZONES},
    **{f"network.{kind}_subnets": _subnets_of(kind) for kind in _SUBNETS},
}
