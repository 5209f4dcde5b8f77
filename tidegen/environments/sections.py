"""The blocks of an environment file. Each description becomes documentation and editor help."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from tidegen.environments import types
from tidegen.environments.types import refusal


class Section(BaseModel):
    """A block: frozen, no key but its own, no conversion of one type to another."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Credentials(Section):
    """How tidegen gets the account's credentials; left out: those of the shell it runs in."""

    profile: types.Profile | None = Field(
        default=None, description="Profile of the AWS configuration"
    )
    role: types.RoleArn | None = Field(default=None, description="ARN of a role to assume")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.profile and self.role:
            raise refusal("names a profile and a role", "keep one of them")
        return self


class Recovery(Section):
    """Where the data is replicated to, and restored when the region is lost."""

    region: types.Region = Field(description="Region that data is replicated to")
    cidr: types.Cidr | None = Field(
        default=None, description="Range kept free for the environment that is restored there"
    )


class Network(Section):
    """The VPC: its range and how it reaches the outside."""

    cidr: types.Cidr = Field(description="Address range of the VPC, a private /16")
    zones: types.Zones | None = Field(
        default=None,
        description="Names of the three availability zones; left out: the region's first three",
    )
    nat_gateways: int = Field(ge=1, le=3, description="NAT gateways, 1 to 3")
    endpoints: Literal["essential", "full"] = Field(
        description="Interface endpoints: essential (one zone) or full (three zones)"
    )


class Addons(Section):
    """Versions of the cluster's add-ons."""

    vpc_cni: types.AddonVersion = Field(description="Version of vpc-cni")
    coredns: types.AddonVersion = Field(description="Version of coredns")
    kube_proxy: types.AddonVersion = Field(description="Version of kube-proxy")
    pod_identity_agent: types.AddonVersion = Field(description="Version of eks-pod-identity-agent")
    ebs_csi_driver: types.AddonVersion = Field(description="Version of aws-ebs-csi-driver")
    metrics_server: types.AddonVersion = Field(description="Version of metrics-server")
    cloudwatch_observability: types.AddonVersion = Field(
        description="Version of amazon-cloudwatch-observability"
    )


class Cluster(Section):
    """The Kubernetes cluster: versions, capacity and who administers it."""

    version: types.KubernetesVersion = Field(description="Kubernetes minor version, in quotes")
    image: types.NodeImage = Field(description="Release of the managed node image")
    instance_types: types.InstanceTypes = Field(description="Instance types of the nodes")
    min_nodes: int = Field(ge=1, le=450, description="Smallest number of nodes")
    max_nodes: int = Field(ge=1, le=450, description="Largest number of nodes")
    volume_gib: int = Field(ge=20, le=16384, description="Root volume of a node in GiB")
    administrators: types.RoleArns = Field(description="ARNs of roles that administer the cluster")
    addons: Addons = Field(description="Versions of the cluster's add-ons")

    @field_validator("image")
    @classmethod
    def _image_of_version(cls, image: str, info: ValidationInfo) -> str:
        version = info.data.get("version")
        if version and not image.startswith(f"{version}."):
            raise refusal(f"is not of Kubernetes {version}", f"take a release {version}.x-DATE")
        return image

    @field_validator("max_nodes")
    @classmethod
    def _most_is_no_less(cls, most: int, info: ValidationInfo) -> int:
        least = info.data.get("min_nodes", most)
        if most < least:
            raise refusal(f"is less than min_nodes ({least})", f"take {least} or more")
        return most

    @field_validator("addons")
    @classmethod
    def _proxy_of_version(cls, addons: Addons, info: ValidationInfo) -> Addons:
        version = info.data.get("version")
        if version and not addons.kube_proxy.startswith(f"v{version}."):
            remedy = f"take a version v{version}.x-eksbuild.N"
            raise refusal(f"is not of Kubernetes {version}", remedy, "kube_proxy")
        return addons


class Database(Section):
    """Each of the three members of the replica set."""

    image: types.ImageId = Field(description="Machine image of the members")
    instance_type: types.InstanceType = Field(description="Instance type of a member")
    volume_gib: int = Field(ge=10, le=65536, description="Data volume (gp3) of a member in GiB")
    iops: int = Field(ge=3000, le=80000, description="Provisioned IOPS of a data volume")
    throughput_mibps: int = Field(
        ge=125, le=2000, description="Throughput of a data volume in MiB/s"
    )

    # Ratios of gp3: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
    @field_validator("iops")
    @classmethod
    def _iops_for_size(cls, iops: int, info: ValidationInfo) -> int:
        most = max(3000, 500 * info.data.get("volume_gib", iops))
        if iops > most:
            raise refusal("is more than 500 for each GiB", f"take {most} or less")
        return iops

    @field_validator("throughput_mibps")
    @classmethod
    def _throughput_for_iops(cls, throughput: int, info: ValidationInfo) -> int:
        most = info.data.get("iops", 4 * throughput) // 4
        if throughput > most:
            raise refusal("is more than a quarter of iops", f"take {most} or less, or more iops")
        return throughput


class Metrics(Section):
    """Ceilings of the on-demand tables: what a runaway client can cost."""

    max_read_units: int = Field(ge=1, le=40000, description="Read units per second, each table")
    max_write_units: int = Field(ge=1, le=40000, description="Write units per second, each table")


class Email(Section):
    """Outgoing mail."""

    dedicated_ips: bool = Field(description="Whether mail leaves from dedicated addresses")


class AccountRetention(Section):
    """How the archived logs of an account are kept."""

    lock_mode: types.LockMode = Field(description="Object Lock mode of archived logs")


class Retention(Section):
    """How long backups and replaced objects are kept."""

    backups_days: int = Field(ge=7, le=3653, description="Days that backups are kept")
    noncurrent_days: int = Field(
        ge=1, le=3653, description="Days that replaced versions of uploads and mail assets are kept"
    )
    lock_mode: types.LockMode = Field(
        description="Object Lock mode: GOVERNANCE (some roles may lift it) or COMPLIANCE (nobody)"
    )
    lock_days: int = Field(ge=1, le=3653, description="Days that a backup is locked")

    @field_validator("lock_days")
    @classmethod
    def _lock_ends_first(cls, days: int, info: ValidationInfo) -> int:
        kept = info.data.get("backups_days", days)
        if days > kept:
            raise refusal(f"is longer than backups are kept ({kept})", f"take {kept} or less")
        return days


class Contacts(Section):
    """Who is told; the templates subscribe every address."""

    critical: types.Emails = Field(description="Who is paged")
    warning: types.Emails = Field(description="Who reads warnings")
    security: types.Emails = Field(description="Who is told of security findings")


class AccountContacts(Section):
    """Who is told of an account's findings."""

    security: types.Emails = Field(description="Who is told of security findings")


class Ci(Section):
    """Continuous integration."""

    repository: types.Repository = Field(
        description="GitHub repository, OWNER/NAME, whose workflows may deploy"
    )
