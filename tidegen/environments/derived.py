"""The fields that templates can use and that follow from several keys, or from other files."""

from collections.abc import Callable, Iterable
from functools import partial
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from tidegen.contract import FIRST_DEPLOY, PLATFORM, ZONES, CatalogueField, Kind, Scope
from tidegen.environments.model import EnvironmentFile, File
from tidegen.environments.types import is_arm, partition

#: Return a field's value from a file and all files of the project.
Derivation = Callable[[Any, Iterable[File]], Any]

#: Name → the field and its derivation.
DERIVED: dict[str, tuple[CatalogueField, Derivation]] = {}

_SMALL, _LARGE = 22, 18
#: Kind of subnet → prefix length, and the number of the first subnet of that length in the VPC.
_SUBNETS = {"public": (_SMALL, 0), "data": (_SMALL, 4), "private": (_LARGE, 1)}
_NAMED = (*PLATFORM, Scope.ACCESS)


def _derived(
    name: str, kind: Kind, scopes: tuple[Scope, ...], description: str
) -> Callable[[Derivation], Derivation]:
    """Declare the decorated function as the derivation of a field."""

    def declare(derivation: Derivation) -> Derivation:
        DERIVED[name] = (CatalogueField(kind, scopes, description), derivation)
        return derivation

    return declare


@_derived(FIRST_DEPLOY, Kind.BOOLEAN, PLATFORM, "Whether this deploy creates the stack")
def _first_deploy(_: Any, __: Iterable[File]) -> bool:
    return False  # a deploy that creates the stack passes true (planning.first_deploy)


@_derived("domain", Kind.DOMAIN, _NAMED, "Public zone of this environment")
def _domain(file: Any, _: Iterable[File]) -> str:
    return f"{file.name}.{file.domain}"


@_derived("private_domain", Kind.DOMAIN, _NAMED, "Private zone, below the public one")
def _private_domain(file: Any, _: Iterable[File]) -> str:
    # below the public zone, so that public authorities certify names in it (decision 011)
    return f"internal.{file.name}.{file.domain}"


@_derived("source.region", Kind.REGION, (Scope.RECOVERY,), "Region that the data comes from")
def _source_region(file: Any, _: Iterable[File]) -> str:
    return str(file.region)


@_derived(
    "ci.subject",
    Kind.STRING,
    (Scope.ACCESS,),
    "Repository as the subject of its tokens names it: OWNER@ID/NAME@ID, or OWNER/NAME",
)
def _subject(file: Any, _: Iterable[File]) -> str:
    return str(file.ci.subject)


@_derived("cluster.ami_type", Kind.STRING, PLATFORM, "Kind of the managed node image")
def _ami_type(file: Any, _: Iterable[File]) -> str:
    """Return the image type for the instances (EKS API, CreateNodegroup, amiType)."""
    arm = is_arm(file.cluster.instance_types[0])
    return "AL2023_ARM_64_STANDARD" if arm else "AL2023_x86_64_STANDARD"


@_derived(
    "shared.allowed_accounts",
    Kind.ARN_LIST,
    (Scope.SHARED,),
    "Account roots whose environments may connect",
)
def allowed_accounts(file: Any, siblings: Iterable[File]) -> list[str]:
    """Return the account roots of the environments that use these shared services."""
    users = [
        sibling
        for sibling in siblings
        if isinstance(sibling, EnvironmentFile) and sibling.shared == file.name
    ]
    return sorted({f"arn:{partition(u.region)}:iam::{u.account}:root" for u in users})


def subnets(cidr: str, kind: str) -> list[str]:
    """Return three ranges: /22 for public (from .0.0) and data (from .16.0), /18 for private."""
    prefix, first = _SUBNETS[kind]
    base, size = int(IPv4Network(cidr).network_address), 2 ** (32 - prefix)
    return [f"{IPv4Address(base + (first + i) * size)}/{prefix}" for i in range(len(ZONES))]


def _subnets_of(kind: str, file: Any, _: Iterable[File]) -> list[str]:
    return subnets(file.network.cidr, kind)


for _kind in _SUBNETS:
    _description = f"Ranges of the three {_kind} subnets"
    _derived(f"network.{_kind}_subnets", Kind.CIDR_LIST, PLATFORM, _description)(
        partial(_subnets_of, _kind)
    )
