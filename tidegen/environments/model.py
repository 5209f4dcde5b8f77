"""The validated environment files: what may differ between environments, and nothing else."""

import ipaddress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_LOG_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*[a-z0-9]$")]
Account = Annotated[str, Field(pattern=r"^\d{12}$")]
Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
RoleArn = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/.+$")]
InstanceType = Annotated[str, Field(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")]
Addon = Annotated[str, Field(pattern=r"^v\d+\.\d+\.\d+-eksbuild\.\d+$")]
Emails = Annotated[tuple[Email, ...], Field(min_length=1)]


class Part(BaseModel):
    """Frozen, strict: a key that is not here is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Credentials(Part):
    """How the account is reached; left out, the ambient credentials are used."""

    profile: str | None = Field(None, description="Profile of the AWS configuration")
    role: RoleArn | None = Field(None, description="Role to assume from ambient credentials")


class Network(Part):
    """The VPC."""

    cidr: str = Field(description="Address range: a private /16")
    nat_gateways: int = Field(ge=1, le=3, description="NAT gateways, one a zone at most")
    endpoints: Literal["essential", "full"] = Field(description="Interface endpoints")

    @field_validator("cidr")
    @classmethod
    def _private(cls, value: str) -> str:
        network = ipaddress.IPv4Network(value)
        if network.prefixlen != 16 or not network.is_private:
            raise ValueError("is no private /16; take one such as 10.64.0.0/16")
        for taken in ("172.17.0.0/16", "172.20.0.0/16"):
            if network.overlaps(ipaddress.IPv4Network(taken)):
                raise ValueError(f"overlaps {taken}, which Docker or Kubernetes uses")
        return value

    def subnets(self, offset: int, prefix: int) -> tuple[str, ...]:
        """Three ranges of `prefix` bits; the first starts `offset` x 256 addresses in."""
        base = int(ipaddress.IPv4Network(self.cidr).network_address) + offset * 256
        size = 2 ** (32 - prefix)
        return tuple(f"{ipaddress.IPv4Address(base + i * size)}/{prefix}" for i in range(3))


class Addons(Part):
    """Versions of the cluster's add-ons."""

    vpc_cni: Addon = Field(description="vpc-cni")
    coredns: Addon = Field(description="coredns")
    kube_proxy: Addon = Field(description="kube-proxy")
    pod_identity_agent: Addon = Field(description="eks-pod-identity-agent")
    ebs_csi_driver: Addon = Field(description="aws-ebs-csi-driver")


class Cluster(Part):
    """The Kubernetes cluster."""

    version: str = Field(pattern=r"^1\.\d\d$", description="Kubernetes minor version")
    image: str = Field(description="Release version of the managed node image")
    instance_types: tuple[InstanceType, ...] = Field(min_length=1, description="Nodes' types")
    min_nodes: int = Field(ge=1, le=450, description="Smallest number of nodes")
    max_nodes: int = Field(ge=1, le=450, description="Largest number of nodes")
    volume_gib: int = Field(ge=20, le=1000, description="A node's root volume in GiB")
    administrators: tuple[RoleArn, ...] = Field(min_length=1, description="Administrators' roles")
    addons: Addons

    @model_validator(mode="after")
    def _ordered(self) -> "Cluster":
        if self.min_nodes > self.max_nodes:
            raise ValueError("min_nodes is more than max_nodes; swap them")
        return self


class Database(Part):
    """A member of the MongoDB replica set."""

    image: str = Field(pattern=r"^ami-[0-9a-f]{8,17}$", description="Machine image")
    instance_type: InstanceType = Field(description="Instance type")
    volume_gib: int = Field(ge=10, le=16384, description="Data volume in GiB")
    iops: int = Field(ge=3000, le=16000, description="Provisioned IOPS (gp3)")
    throughput_mibps: int = Field(ge=125, le=1000, description="Throughput in MiB/s (gp3)")


class Metrics(Part):
    """Ceilings of the on-demand tables."""

    max_read_units: int = Field(ge=1, le=40000, description="Read units per second")
    max_write_units: int = Field(ge=1, le=40000, description="Write units per second")


class Mail(Part):
    """Outgoing mail."""

    dedicated_ips: bool = Field(description="Whether mail leaves from dedicated addresses")


class LogRetention(Part):
    """How long logs are kept."""

    logs_days: int = Field(description="Days that application logs are kept")

    @field_validator("logs_days")
    @classmethod
    def _allowed(cls, value: int) -> int:
        if value not in _LOG_DAYS:
            raise ValueError(f"CloudWatch keeps logs for one of {', '.join(map(str, _LOG_DAYS))}")
        return value


class Retention(LogRetention):
    """How long logs and backups are kept."""

    backups_days: int = Field(ge=7, le=3650, description="Days that backups are kept")
    noncurrent_days: int = Field(ge=1, le=3650, description="Days that replaced versions are kept")
    lock_mode: Literal["GOVERNANCE", "COMPLIANCE"] = Field(description="Object Lock of backups")
    lock_days: int = Field(ge=1, le=3650, description="Days that a backup is locked")

    @model_validator(mode="after")
    def _lock(self) -> "Retention":
        if self.lock_days > self.backups_days:
            raise ValueError("lock_days is more than backups_days; a locked backup cannot expire")
        return self


class AccountRetention(Part):
    """How the log archive is locked."""

    lock_mode: Literal["GOVERNANCE", "COMPLIANCE"] = Field(description="Object Lock of the logs")


class Contacts(Part):
    """Who is told; the first of each list is subscribed."""

    critical: Emails = Field(description="Who is paged")
    warning: Emails = Field(description="Who reads warnings")
    security: Emails = Field(description="Who is told of security findings")


class AccountContacts(Part):
    """Who is told of the account's findings."""

    security: Emails = Field(description="Who is told of security findings")


class Ci(Part):
    """Continuous deployment."""

    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$", description="GitHub OWNER/NAME")


class Recovery(Part):
    """Where data is replicated to."""

    region: Region = Field(description="Another region")


class File(Part):
    """What every file says."""

    name: Name = Field(max_length=32, description="The file's name without .yaml")
    project: Name = Field(max_length=10, description="First part of every name")
    account: Account = Field(description="AWS account, 12 digits in quotes")
    region: Region = Field(description="AWS region")
    release: Name = Field("current", description="Release to deploy; current is the working set")
    credentials: Credentials = Field(Credentials(), description="How the account is reached")
    ci: Ci
    path: Path = Field(Path(), exclude=True, json_schema_extra={"hidden": True})


class AccountFile(File):
    """The baseline of one account and region."""

    scope: Literal["account"]
    home_region: bool = Field(description="Whether this region keeps the account's global roots")
    contacts: AccountContacts
    retention: AccountRetention
    protected: bool = Field(False, description="Whether the baseline refuses to be destroyed")


class PlatformFile(File):
    """What environments and shared services have in common."""

    protected: bool = Field(description="Asks for the name; refuses destroy")
    domain: str = Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", description="Parent domain")
    network: Network
    cluster: Cluster
    contacts: Contacts

    @property
    def zone(self) -> str:
        """The public zone."""
        return f"{self.name}.{self.domain}"


class SharedFile(PlatformFile):
    """The cluster of common services."""

    scope: Literal["shared"]
    retention: LogRetention


class EnvironmentFile(PlatformFile):
    """One environment of the platform."""

    scope: Literal["environment"]
    shared: Name | None = Field(None, description="File of the shared services it uses")
    recovery: Recovery | None = Field(None, description="Replication to another region")
    database: Database
    metrics: Metrics
    email: Mail
    retention: Retention

    @model_validator(mode="after")
    def _names_fit(self) -> "EnvironmentFile":
        if len(self.project) + len(self.name) > 22:
            raise ValueError(
                "project and name have more than 22 letters; bucket names would not fit"
            )
        return self


AnyFile = EnvironmentFile | SharedFile | AccountFile
Discriminated = Annotated[AnyFile, Field(discriminator="scope")]
