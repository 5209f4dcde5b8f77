"""The blocks of an environment file. Each description becomes documentation and editor help."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from tidegen.contract import FIELDS
from tidegen.environments import types
from tidegen.environments.types import refusal


class Section(BaseModel):
    """A block: frozen, no key but its own, no conversion of one type to another."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def catalogued(name: str, note: str = "", **constraints: Any) -> Any:
    """Return a field described as in the catalogue, with a note for the author of the file."""
    return Field(description=FIELDS[name].description + note, **constraints)


class Credentials(Section):
    """The source of the account's credentials; left out: those of the shell that runs tidegen."""

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
    """The region that data is replicated to, and restored in when the home region is lost."""

    region: types.Region = Field(description="Region that data is replicated to")
    cidr: types.Cidr | None = Field(
        default=None, description="Range kept free for the environment that is restored there"
    )


class Network(Section):
    """The VPC: its range and its ways to the outside."""

    cidr: types.Cidr = catalogued("network.cidr", note=", a private /16")
    zones: types.Zones = Field(description="Names of the three availability zones, for good")
    nat_gateways: int = catalogued("network.nat_gateways", ge=1, le=3)
    endpoints: Literal["essential", "full"] = catalogued("network.endpoints")


class Addons(Section):
    """Versions of the cluster's add-ons."""

    vpc_cni: types.AddonVersion = catalogued("cluster.addons.vpc_cni")
    coredns: types.AddonVersion = catalogued("cluster.addons.coredns")
    kube_proxy: types.AddonVersion = catalogued("cluster.addons.kube_proxy")
    pod_identity_agent: types.AddonVersion = catalogued("cluster.addons.pod_identity_agent")
    ebs_csi_driver: types.AddonVersion = catalogued("cluster.addons.ebs_csi_driver")
    metrics_server: types.AddonVersion = catalogued("cluster.addons.metrics_server")
    cloudwatch_observability: types.AddonVersion = catalogued(
        "cluster.addons.cloudwatch_observability"
    )


class Cluster(Section):
    """The Kubernetes cluster: versions, capacity and administrators."""

    version: types.KubernetesVersion = catalogued("cluster.version", note=", in quotes")
    image: types.NodeImage = catalogued("cluster.image")
    instance_types: types.InstanceTypes = catalogued("cluster.instance_types")
    min_nodes: int = catalogued("cluster.min_nodes", ge=1, le=450)
    max_nodes: int = catalogued("cluster.max_nodes", ge=1, le=450)
    volume_gib: int = catalogued("cluster.volume_gib", ge=20, le=16384)
    administrators: types.RoleArns = Field(description="ARNs of roles that administer the cluster")
    addons: Addons = Field(description="Versions of the cluster's add-ons")

    @field_validator("image")
    @classmethod
    def _image_of_version(cls, image: str, info: ValidationInfo) -> str:
        version = info.data.get("version")
        if version and not image.startswith(f"{version}."):
            raise refusal(f"is not of Kubernetes {version}", f"use a release {version}.x-DATE")
        return image

    @field_validator("max_nodes")
    @classmethod
    def _most_is_no_less(cls, most: int, info: ValidationInfo) -> int:
        least = info.data.get("min_nodes", most)
        if most < least:
            raise refusal(f"is less than min_nodes ({least})", f"use {least} or more")
        return most

    @field_validator("addons")
    @classmethod
    def _proxy_of_version(cls, addons: Addons, info: ValidationInfo) -> Addons:
        version = info.data.get("version")
        if version and not addons.kube_proxy.startswith(f"v{version}."):
            remedy = f"use a version v{version}.x-eksbuild.N"
            raise refusal(f"is not of Kubernetes {version}", remedy, "kube_proxy")
        return addons


class Database(Section):
    """Each of the three members of the replica set."""

    image: types.ImageId = catalogued("database.image")
    instance_type: types.InstanceType = catalogued("database.instance_type")
    volume_gib: int = catalogued("database.volume_gib", note=", of type gp3", ge=10, le=65536)
    iops: int = catalogued("database.iops", ge=3000, le=80000)
    throughput_mibps: int = catalogued("database.throughput_mibps", ge=125, le=2000)

    # Ratios of gp3: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
    @field_validator("iops")
    @classmethod
    def _iops_for_size(cls, iops: int, info: ValidationInfo) -> int:
        most = max(3000, 500 * info.data.get("volume_gib", iops))
        if iops > most:
            raise refusal("is more than 500 for each GiB", f"use {most} or less")
        return iops

    @field_validator("throughput_mibps")
    @classmethod
    def _throughput_for_iops(cls, throughput: int, info: ValidationInfo) -> int:
        most = info.data.get("iops", 4 * throughput) // 4
        if throughput > most:
            raise refusal("is more than a quarter of iops", f"use {most} or less, or more iops")
        return throughput


class Firewall(Section):
    """The action of the web application firewall on requests that match a rule."""

    uploads: Literal["count", "block"] = catalogued("firewall.uploads")
    rate: Literal["count", "block"] = catalogued("firewall.rate")


class Metrics(Section):
    """Ceilings of the on-demand tables, which limit the cost of a runaway client."""

    max_read_units: int = catalogued("metrics.max_read_units", ge=1, le=40000)
    max_write_units: int = catalogued("metrics.max_write_units", ge=1, le=40000)


class Email(Section):
    """Outgoing mail."""

    dedicated_ips: bool = catalogued("email.dedicated_ips")


class AccountRetention(Section):
    """Retention of the archived logs of an account."""

    lock_mode: types.LockMode = Field(description="Object Lock mode of archived logs")


class Retention(Section):
    """Retention of backups and replaced objects."""

    backups_days: int = catalogued("retention.backups_days", ge=7, le=3653)
    noncurrent_days: int = catalogued("retention.noncurrent_days", ge=1, le=3653)
    lock_mode: types.LockMode = Field(
        description="Object Lock mode: GOVERNANCE (some roles may lift it) or COMPLIANCE (none may)"
    )
    lock_days: int = catalogued("retention.lock_days", ge=1, le=3653)

    @field_validator("lock_days")
    @classmethod
    def _lock_ends_first(cls, days: int, info: ValidationInfo) -> int:
        kept = info.data.get("backups_days", days)
        if days > kept:
            raise refusal(f"is longer than backups are kept ({kept})", f"use {kept} or less")
        return days


class Contacts(Section):
    """Recipients of alerts; the templates subscribe every address."""

    critical: types.Emails = Field(description="Addresses to page")
    warning: types.Emails = Field(description="Addresses for warnings")
    security: types.Emails = Field(description="Addresses for security findings")


class AccountContacts(Section):
    """Recipients of an account's findings."""

    security: types.Emails = Field(description="Addresses for security findings")


class Ci(Section):
    """Continuous integration."""

    repository: types.Repository = catalogued("ci.repository")
