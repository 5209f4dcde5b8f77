"""The types of value in an environment file, and the messages for wrong values."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from tidegen.contract import ADMINISTRATORS, CONTACTS, ZONES, Kind
from tidegen.errors import InputError, Problem

_NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_NAME_LENGTH = 32
_ACCOUNT = r"^[0-9]{12}$"
_REGION = (
    r"^(af|ap|ca|cn|eu|il|me|mx|sa|us)(-gov)?"
    r"-(central|east|north|northeast|northwest|south|southeast|southwest|west)-[1-9]$"
)
_ZONE = _REGION.removesuffix("$") + "[a-z]$"
_CIDR = r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$"
_RELEASE = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
_RELEASE_LENGTH = 64
_DOMAIN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
_EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,63}$"
_ROLE = r"^arn:(aws|aws-cn|aws-us-gov):iam::[0-9]{12}:role/[A-Za-z0-9+=.@_/-]+$"
_PROFILE = r"^[A-Za-z0-9_.@+/-]+$"
_IMAGE = r"^ami-([0-9a-f]{8}|[0-9a-f]{17})$"
_NODE_IMAGE = r"^[0-9]+\.[0-9]+\.[0-9]+-[0-9]{8}$"
_INSTANCE = r"^[a-z][a-z0-9-]*\.(nano|micro|small|medium|([0-9]*x)?large|metal(-[0-9]+xl)?)$"
_MINOR = r"^[0-9]+\.[0-9]+$"
_ADDON = r"^v[0-9]+\.[0-9]+\.[0-9]+-eksbuild\.[0-9]+$"
_MONGODB = r"^8\.0\.[0-9]+(-[0-9]+)?$"
_SHA256 = r"^[0-9a-f]{64}$"
_REPOSITORY = r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$"

#: Pattern → the name of its values, and the remedy for a value that does not match.
MEANINGS: dict[str, tuple[str, str]] = {
    _NAME: ("a name", "use lower-case letters, digits and single hyphens, for example staging2"),
    _ACCOUNT: ("an account id", 'write its 12 digits in quotes, for example "111122223333"'),
    _REGION: ("a region", "for example us-west-2"),
    _ZONE: ("the name of an availability zone", "for example us-west-2a"),
    _CIDR: ("an IPv4 range", "for example 10.64.0.0/16"),
    _RELEASE: ("a release", "use `current` or the name of a folder in templates/releases/"),
    _DOMAIN: ("a domain name", "write it in lower case, for example tidepool.example"),
    _EMAIL: ("an email address", "for example oncall@tidepool.example"),
    _ROLE: ("a role's ARN", "for example arn:aws:iam::111122223333:role/Administrators"),
    _PROFILE: ("a profile's name", "use one of ~/.aws/config"),
    _IMAGE: ("an image id", "for example ami-0123456789abcdef0"),
    _NODE_IMAGE: ("a release of the node image", "for example 1.34.1-20251112"),
    _INSTANCE: ("an instance type", "for example m7i.large"),
    _MINOR: ("a Kubernetes version", 'write its two numbers in quotes, for example "1.34"'),
    _ADDON: ("an add-on version", "for example v1.20.4-eksbuild.1"),
    _MONGODB: (
        "a version of MongoDB 8.0",
        "for example 8.0.21, or 8.0.21-2 for its second set of packages",
    ),
    _SHA256: ("a SHA-256", "write the 64 digits that sha256sum prints for SHA256SUMS"),
    _REPOSITORY: ("a repository", "write OWNER/NAME, for example tidepool-org/platform"),
}


def meaning(pattern: str, value: str) -> tuple[str, str]:
    """Return the name of a pattern's values, and the remedy for this value."""
    kind, remedy = MEANINGS[pattern]
    if pattern == _DOMAIN and value.endswith("."):
        return kind, "remove the final dot"
    return kind, remedy


#: Kubernetes versions that can be deployed → the last day of EKS's standard support. The cluster's
#: upgrade policy is STANDARD: after that day EKS upgrades automatically.
#: Source: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
KUBERNETES_VERSIONS = {"1.34": "2026-12-02", "1.35": "2027-03-27"}

#: First 8.0 without CVE-2025-14847. Source: MongoDB's SERVER-115508.
_FIRST_PATCH = 17

_PRIVATE = tuple(IPv4Network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
#: Ranges that hosts and clusters use inside: a VPC with such a range could not reach them.
_TAKEN = {"172.17.0.0/16": "Docker's bridge", "172.20.0.0/16": "the cluster's services"}


def refusal(what: str, remedy: str, *below: str | int) -> PydanticCustomError:
    """Return an error in this package's words; `below` names the key under the validated one."""
    context = {"what": what, "remedy": remedy, "below": [key for key in below if key != ""]}
    return PydanticCustomError("refused", "{what}; {remedy}", context)


def partition(region: str) -> str:
    """Return the partition that a region belongs to: the second part of its ARNs."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def _three_zones(region: str) -> str:
    # us-west-1 offers two zones to accounts of recent years; subnets and replica set need three.
    if region == "us-west-1":
        raise refusal("has no three availability zones", "choose another, for example us-west-2")
    return region


def _private_range(cidr: str) -> str:
    try:
        network = IPv4Network(cidr)
    except ValueError:
        raise refusal("is not a range on its own boundary", "for example 10.64.0.0/16") from None
    if network.prefixlen != 16:
        raise refusal("is not a /16 range", "for example 10.64.0.0/16")
    if not any(network.subnet_of(private) for private in _PRIVATE):
        ranges = ", ".join(map(str, _PRIVATE))
        raise refusal("is not a private range", f"use a /16 within one of {ranges}")
    if cidr in _TAKEN:
        raise refusal(f"is the range of {_TAKEN[cidr]}", "choose another, for example 10.64.0.0/16")
    return cidr


def _supported(version: str) -> str:
    if version not in KUBERNETES_VERSIONS:
        known = ", ".join(f"{v} (supported until {day})" for v, day in KUBERNETES_VERSIONS.items())
        raise refusal("is not a version that this tidegen deploys", f"use one of {known}")
    return version


def _without_known_leak(version: str) -> str:
    """Refuse versions whose memory anybody can read without logging in (CVE-2025-14847)."""
    patch = int(version.split(".")[2].partition("-")[0])
    if patch < _FIRST_PATCH:
        raise refusal("has CVE-2025-14847", f"use 8.0.{_FIRST_PATCH} or a later 8.0")
    return version


def _of_one_architecture(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return one machine image serves all nodes of a group."""
    arm = [name for name in names if is_arm(name)]
    if arm and len(arm) < len(names):
        raise refusal(f"mixes Arm ({', '.join(arm)}) with other types", "use types of one kind")
    return names


def _of_no_url(repository: str) -> str:
    """Refuse the ending of a clone's URL: no subject of a token has it, so no role would trust."""
    if repository.endswith(".git"):
        raise refusal("ends with .git, which no token names", "write OWNER/NAME without it")
    return repository


def _unique(items: Sequence[str]) -> Sequence[str]:
    twice = [item for item in items if items.count(item) > 1]
    if twice:
        raise refusal(f"names {twice[0]} twice", "name it once")
    return items


#: With a longer one the boundary of roles would not fit a managed policy of 6,144 characters.
PROJECT_LENGTH = 24

Name = Annotated[str, StringConstraints(pattern=_NAME, max_length=_NAME_LENGTH), Kind.NAME]
Project = Annotated[str, StringConstraints(pattern=_NAME, max_length=PROJECT_LENGTH), Kind.NAME]
Account = Annotated[str, StringConstraints(pattern=_ACCOUNT), Kind.ACCOUNT_ID]
Region = Annotated[
    str, StringConstraints(pattern=_REGION), AfterValidator(_three_zones), Kind.REGION
]
Zones = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=_ZONE), Kind.AVAILABILITY_ZONE], ...],
    Field(min_length=len(ZONES), max_length=len(ZONES)),
    AfterValidator(_unique),
]
Cidr = Annotated[str, StringConstraints(pattern=_CIDR), AfterValidator(_private_range), Kind.CIDR]
Release = Annotated[str, StringConstraints(pattern=_RELEASE, max_length=_RELEASE_LENGTH)]
Domain = Annotated[str, StringConstraints(pattern=_DOMAIN, max_length=200), Kind.DOMAIN]
Email = Annotated[str, StringConstraints(pattern=_EMAIL, max_length=254), Kind.EMAIL]
Emails = Annotated[
    tuple[Email, ...], Field(min_length=1, max_length=len(CONTACTS)), AfterValidator(_unique)
]
RoleArn = Annotated[str, StringConstraints(pattern=_ROLE, max_length=2048), Kind.ROLE_ARN]
RoleArns = Annotated[
    tuple[RoleArn, ...],
    Field(min_length=1, max_length=len(ADMINISTRATORS)),
    AfterValidator(_unique),
]
Profile = Annotated[str, StringConstraints(pattern=_PROFILE, max_length=128)]
ImageId = Annotated[str, StringConstraints(pattern=_IMAGE), Kind.AMI_ID]
NodeImage = Annotated[str, StringConstraints(pattern=_NODE_IMAGE), Kind.VERSION]
InstanceType = Annotated[str, StringConstraints(pattern=_INSTANCE)]
InstanceTypes = Annotated[
    tuple[InstanceType, ...],
    Field(min_length=1, max_length=10),
    AfterValidator(_unique),
    AfterValidator(_of_one_architecture),
]
KubernetesVersion = Annotated[
    str,
    StringConstraints(pattern=_MINOR),
    AfterValidator(_supported),
    Field(json_schema_extra={"enum": list(KUBERNETES_VERSIONS)}),
    Kind.VERSION,
]
AddonVersion = Annotated[str, StringConstraints(pattern=_ADDON), Kind.VERSION]
MongodbVersion = Annotated[
    str, StringConstraints(pattern=_MONGODB), AfterValidator(_without_known_leak), Kind.VERSION
]
Sha256 = Annotated[str, StringConstraints(pattern=_SHA256)]
Repository = Annotated[
    str,
    StringConstraints(pattern=_REPOSITORY),
    AfterValidator(_of_no_url),
    Field(json_schema_extra={"not": {"pattern": r"\.git$"}}),
]
LockMode = Literal["GOVERNANCE", "COMPLIANCE"]


def is_arm(instance_type: str) -> bool:
    """Return whether a type has a Graviton processor: a `g` after the generation, as in m7gd.

    Source: EC2 guide, "Amazon EC2 instance type naming conventions"; a1 is older than these.
    """
    family, _, _ = instance_type.partition(".")
    return family == "a1" or bool(re.match(r"[a-z-]+\d+[a-fh-z]*g", family))


def is_name(text: str) -> bool:
    """Return whether a text can be the name of an environment."""
    return bool(re.match(_NAME, text)) and len(text) <= _NAME_LENGTH


def is_project(text: str) -> bool:
    """Return whether a text can be the name of a project."""
    return is_name(text) and len(text) <= PROJECT_LENGTH


def check_release_name(name: str) -> None:
    """Raise InputError if an environment file could not pin a release of that name."""
    if name == "current" or not re.match(_RELEASE, name) or len(name) > _RELEASE_LENGTH:
        problem = "cannot be the name of a release"
        raise InputError(
            Problem(f"release '{name}'", f"{problem}; use letters, digits, dots and dashes")
        )
