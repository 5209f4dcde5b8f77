"""The three kinds of environment file: one environment, shared services, an account's baseline."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Discriminator, Field, PrivateAttr, ValidationInfo, field_validator

from tidegen.contract import PLAN_SUFFIX, PLATFORM, Scope
from tidegen.environments import sections, types
from tidegen.environments.parameters import parameter
from tidegen.environments.types import partition, refusal

#: Keys of a value from the file's top: ("network", "cidr").
KeyPath = tuple[str | int, ...]

_BUCKET_MAX = 63
_LONGEST_PURPOSE = "access-logs"
#: Characters of a certificate's common name (ACM user guide, "Request a public certificate"), and
#: the longest beginning of one: a database member's in the private zone.
_CERTIFIED_MAX = 64
_LONGEST_HOST = "mongo-1.internal"
#: Names of the account's own stacks and buckets, after the project. Roles match names by
#: PROJECT-NAME-*, so an environment `log` would reach PROJECT-log-archive-...
_OF_THE_ACCOUNT = (
    "access-logs",
    "account",
    "artifacts",
    "bootstrap",
    "config",
    "identity",
    "log-archive",
    "log-intake",
)
#: Parts of roles' paths, PROJECT/NAME: those for emergencies, and of a role without a tag.
_PATHS = ("break-glass", "none")


def bucket_name(project: str, name: str, region: str, account: str) -> str:
    """Return the longest name of a bucket of this environment."""
    return f"{project}-{name}-{_LONGEST_PURPOSE}-{region}-{account}"


def _is_reserved(name: str) -> bool:
    """Return whether an environment of that name would share names with the account or itself.

    Its other stacks are PROJECT-NAME-access and -recovery; the boundary recognizes the deploy roles
    by `-access-` in their names. Jobs in a GitHub environment NAME-plan run without approval: no
    environment of that name may deploy from there.
    """
    own_stack = "access" in name.split("-") or name.endswith(("-recovery", PLAN_SUFFIX))
    return (
        own_stack
        or name in _PATHS
        or any(f"{own}-".startswith(f"{name}-") for own in _OF_THE_ACCOUNT)
        or any(name.startswith(f"{own}-") for own in _OF_THE_ACCOUNT)
    )


class _File(sections.Section):
    """The keys that every file has."""

    scope: Scope
    # The order matters: the check of a field sees the values of the fields above it.
    project: types.Project = parameter("Project, the first part of every name", scopes=tuple(Scope))
    account: types.Account = Field(description="Account id, 12 digits in quotes")
    region: types.Region = Field(description="Region that this is deployed to")
    name: types.Name = parameter(
        "Environment, the second part of every name",
        in_file="Name, the same as the file's without .yaml",
        scopes=(*PLATFORM, Scope.RECOVERY, Scope.ACCESS),
    )
    credentials: sections.Credentials = Field(
        sections.Credentials(), description="Source of the account's credentials"
    )
    release: types.Release = Field(
        "current", description="Release of the templates: `current` or a frozen one"
    )
    ci: sections.Ci = Field(description="Continuous integration")

    _path: Path = PrivateAttr(Path())
    _lines: Mapping[KeyPath, int] = PrivateAttr({})

    @property
    def path(self) -> Path:
        """The file that this was read from."""
        return self._path

    def placed(self, path: Path, lines: Mapping[KeyPath, int]) -> Self:
        """Return the same file with its path and the line of each key."""
        self._path, self._lines = path, lines
        return self

    def line(self, *keys: str | int) -> int:
        """Return the line of a key, or of the block that would hold it."""
        while keys and keys not in self._lines:
            keys = keys[:-1]
        return self._lines.get(keys, 1)

    @field_validator("credentials")
    @classmethod
    def _role_of_account(
        cls, credentials: sections.Credentials, info: ValidationInfo
    ) -> sections.Credentials:
        account, region = info.data.get("account"), info.data.get("region")
        if credentials.role and account and region:
            expected = f"arn:{partition(region)}:iam::{account}:role/"
            if not credentials.role.startswith(expected):
                raise refusal("is not a role of this account", f"use one {expected}...", "role")
        return credentials


class _Platform(_File):
    """The common keys of environments and shared services: a network and a cluster."""

    protected: bool = parameter(
        "Whether services refuse their own deletion",
        in_file="Whether deploys ask to type the name, and nothing can be destroyed",
    )
    domain: types.Domain = Field(description="Parent domain: the public zone is NAME.DOMAIN")
    network: sections.Network = Field(description="The VPC")
    cluster: sections.Cluster = Field(description="The Kubernetes cluster")
    contacts: sections.Contacts = Field(description="Recipients of alerts")

    @field_validator("name")
    @classmethod
    def _names_no_other_stack(cls, name: str) -> str:
        if _is_reserved(name):
            raise refusal("is part of names that tidegen uses itself", "choose another")
        return name

    @field_validator("network")
    @classmethod
    def _zones_of_region(cls, network: sections.Network, info: ValidationInfo) -> sections.Network:
        region = info.data.get("region")
        elsewhere = [zone for zone in network.zones if region and zone[:-1] != region]
        if elsewhere:
            problem = f"names zones of another region than {region}: {', '.join(elsewhere)}"
            raise refusal(problem, f"use three of {region}", "zones")
        return network

    @field_validator("cluster")
    @classmethod
    def _administered_from_here(
        cls, cluster: sections.Cluster, info: ValidationInfo
    ) -> sections.Cluster:
        """Refuse another account's role, which EKS accepts (its guide, "Create access entries")."""
        account, region = info.data.get("account"), info.data.get("region")
        if account and region:
            expected = f"arn:{partition(region)}:iam::{account}:role/"
            for index, arn in enumerate(cluster.administrators):
                if not arn.startswith(expected):
                    remedy = f"use one {expected}..."
                    raise refusal("is a role of another account", remedy, "administrators", index)
        return cluster

    @field_validator("domain")
    @classmethod
    def _can_be_certified(cls, domain: str, info: ValidationInfo) -> str:
        excess = len(f"{_LONGEST_HOST}.{info.data.get('name', '')}.{domain}") - _CERTIFIED_MAX
        if excess > 0:
            problem = f"makes a certificate's name of more than {_CERTIFIED_MAX} characters"
            raise refusal(problem, f"make it or the name {excess} shorter")
        return domain


class EnvironmentFile(_Platform):
    """One environment, such as production or staging."""

    scope: Literal[Scope.ENVIRONMENT] = Field(description="This file is of an environment")
    recovery: sections.Recovery | None = Field(
        None, description="Recovery region; left out: data stays in one region"
    )
    shared: types.Name | None = Field(
        None, description="File of the shared services to connect to; left out: none"
    )
    database: sections.Database = Field(description="The database's members")
    firewall: sections.Firewall = Field(description="The firewall of the load balancer")
    metrics: sections.Metrics = Field(description="Ceilings of the metrics tables")
    email: sections.Email = Field(description="Outgoing mail")
    retention: sections.Retention = Field(description="Retention of backups and replaced objects")

    @field_validator("name")
    @classmethod
    def _fits_buckets(cls, name: str, info: ValidationInfo) -> str:
        _check_bucket(name, info, info.data.get("region"))
        return name

    @field_validator("recovery")
    @classmethod
    def _is_elsewhere(
        cls, recovery: sections.Recovery | None, info: ValidationInfo
    ) -> sections.Recovery | None:
        if recovery is None:
            return None
        _check_elsewhere(recovery.region, info, "the environment's")
        _check_bucket(info.data.get("name", ""), info, recovery.region, "region")
        return recovery


def _check_elsewhere(recovery_region: str, info: ValidationInfo, owner: str) -> None:
    region = info.data.get("region")
    if recovery_region == region:
        raise refusal(f"is {owner} own region", "choose another", "region")
    if region and partition(recovery_region) != partition(region):
        raise refusal(f"is in another partition than {region}", "choose one nearby", "region")


def _check_bucket(name: str, info: ValidationInfo, region: str | None, below: str = "") -> None:
    project, account = info.data.get("project"), info.data.get("account")
    if not (name and project and account and region):
        return
    excess = len(bucket_name(project, name, region, account)) - _BUCKET_MAX
    if excess > 0:
        problem = f"makes bucket names of more than {_BUCKET_MAX} characters"
        raise refusal(problem, f"make the name or the project {excess} shorter", below)


class SharedFile(_Platform):
    """Services that environments share: one file for production, one for the others."""

    scope: Literal[Scope.SHARED] = Field(description="This file is of shared services")


class AccountFile(_File):
    """The baseline of one account in one region: trail, recorder, detector, log archive."""

    scope: Literal[Scope.ACCOUNT] = Field(description="This file is of an account's region")
    home_region: bool = parameter(
        "Whether this region has the account's trail and global resources",
        in_file="Whether trail and global resources are here; true in one file per account",
    )
    recovery: sections.AccountRecovery | None = Field(
        None, description="Recovery region; left out: artifacts and logs stay in one region"
    )
    protected: bool = Field(default=True, description="Whether deploys ask to type the name")
    contacts: sections.AccountContacts = Field(description="Recipients of alerts")
    retention: sections.AccountRetention = Field(description="Retention of archived logs")

    @field_validator("recovery")
    @classmethod
    def _is_elsewhere(
        cls, recovery: sections.AccountRecovery | None, info: ValidationInfo
    ) -> sections.AccountRecovery | None:
        if recovery is not None:
            _check_elsewhere(recovery.region, info, "the account file's")
        return recovery


File = EnvironmentFile | SharedFile | AccountFile
DiscriminatedFile = Annotated[File, Discriminator("scope")]


class Models:
    """The model of each scope, for messages."""

    BY_SCOPE: ClassVar[dict[str, type[_File]]] = {
        str(Scope.ENVIRONMENT): EnvironmentFile,
        str(Scope.SHARED): SharedFile,
        str(Scope.ACCOUNT): AccountFile,
    }
