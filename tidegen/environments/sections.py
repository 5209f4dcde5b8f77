"""The blocks of an environment file. Each description becomes documentation and editor help."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from tidegen.contract import ADMINISTRATORS, CONTACTS, ZONES, Scope
from tidegen.environments import types
from tidegen.environments.parameters import parameter, parameters
from tidegen.environments.types import refusal

_WITH_RECOVERY = (Scope.ENVIRONMENT, Scope.RECOVERY)
_LOCK_MODE = "Object Lock mode of backups and logs: GOVERNANCE or COMPLIANCE"


class Section(BaseModel):
    """A block: frozen, no key but its own, no conversion of one type to another."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


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

    region: types.Region = parameter(
        "Region that data is replicated to", scopes=(Scope.ENVIRONMENT, Scope.ACCESS)
    )
    cidr: types.Cidr | None = Field(
        default=None, description="Range kept free for the environment that is restored there"
    )


class Network(Section):
    """The VPC: its range and its ways to the outside."""

    cidr: types.Cidr = parameter(
        "Address range of the VPC", in_file="Address range of the VPC, a private /16"
    )
    zones: types.Zones = parameters(
        "zone",
        "Availability zone {number} by name",
        ZONES,
        in_file="Names of the three availability zones, for good",
    )
    nat_gateways: int = parameter("NAT gateways, 1 to 3", ge=1, le=3)
    endpoints: Literal["essential", "full"] = parameter(
        "Interface endpoints: essential (one zone) or full (three zones)"
    )


class Addons(Section):
    """Versions of the cluster's add-ons."""

    vpc_cni: types.AddonVersion = parameter("Version of the vpc-cni add-on")
    coredns: types.AddonVersion = parameter("Version of the coredns add-on")
    kube_proxy: types.AddonVersion = parameter("Version of the kube-proxy add-on")
    pod_identity_agent: types.AddonVersion = parameter(
        "Version of the eks-pod-identity-agent add-on"
    )
    ebs_csi_driver: types.AddonVersion = parameter("Version of the aws-ebs-csi-driver add-on")
    metrics_server: types.AddonVersion = parameter("Version of the metrics-server add-on")
    cloudwatch_observability: types.AddonVersion = parameter(
        "Version of the amazon-cloudwatch-observability add-on"
    )


class Cluster(Section):
    """The Kubernetes cluster: versions, capacity and administrators."""

    version: types.KubernetesVersion = parameter(
        "Kubernetes minor version", in_file="Kubernetes minor version, in quotes"
    )
    image: types.NodeImage = parameter("Release of the managed node image")
    instance_types: types.InstanceTypes = parameter("Instance types of the nodes")
    min_nodes: int = parameter("Smallest number of nodes", ge=1, le=450)
    max_nodes: int = parameter("Largest number of nodes", ge=1, le=450)
    volume_gib: int = parameter("Root volume of a node in GiB", ge=20, le=16384)
    administrators: types.RoleArns = parameters(
        "administrator",
        "Role {number} that administers the cluster",
        ADMINISTRATORS,
        in_file="ARNs of roles that administer the cluster",
    )
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


class Packages(Section):
    """The release of MongoDB that the members install, from the artifacts bucket."""

    version: types.MongodbVersion = parameter("Version of MongoDB, the name of its folder")
    sha256: types.Sha256 = parameter(
        "SHA-256 of that folder's SHA256SUMS",
        in_file="SHA-256 of that folder's SHA256SUMS, in quotes",
    )


class Database(Section):
    """Each of the three members of the replica set."""

    image: types.ImageId = parameter("Machine image of the database members")
    packages: Packages = Field(description="The release of MongoDB, by version and hash")
    instance_type: types.InstanceType = parameter("Instance type of a database member")
    volume_gib: int = parameter(
        "Data volume of a member in GiB",
        in_file="Data volume of a member in GiB, of type gp3",
        ge=10,
        le=65536,
    )
    iops: int = parameter("Provisioned IOPS of a data volume", ge=3000, le=80000)
    throughput_mibps: int = parameter("Throughput of a data volume in MiB/s", ge=125, le=2000)

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

    uploads: Literal["count", "block"] = parameter(
        "Firewall rules that uploads of devices can match: count or block"
    )
    rate: Literal["count", "block"] = parameter(
        "Firewall limit of requests an address: count or block"
    )


class Metrics(Section):
    """Ceilings of the on-demand tables, which limit the cost of a runaway client."""

    max_read_units: int = parameter("Ceiling of read units per second, a table", ge=1, le=40000)
    max_write_units: int = parameter("Ceiling of write units per second, a table", ge=1, le=40000)


class Email(Section):
    """Outgoing mail."""

    dedicated_ips: bool = parameter("Whether mail leaves from dedicated addresses")


class AccountRetention(Section):
    """Retention of the archived logs of an account."""

    lock_mode: types.LockMode = parameter(_LOCK_MODE, in_file="Object Lock mode of archived logs")


class Retention(Section):
    """Retention of backups and replaced objects."""

    backups_days: int = parameter(
        "Days that backups are kept", scopes=_WITH_RECOVERY, ge=7, le=3653
    )
    noncurrent_days: int = parameter(
        "Days that replaced versions of uploads and mail assets are kept",
        scopes=_WITH_RECOVERY,
        ge=1,
        le=3653,
    )
    lock_mode: types.LockMode = parameter(
        _LOCK_MODE,
        in_file="Object Lock mode: GOVERNANCE (some roles may lift it) or COMPLIANCE (none may)",
        scopes=_WITH_RECOVERY,
    )
    lock_days: int = parameter("Days that a backup is locked", scopes=_WITH_RECOVERY, ge=1, le=3653)

    @field_validator("lock_days")
    @classmethod
    def _lock_ends_first(cls, days: int, info: ValidationInfo) -> int:
        kept = info.data.get("backups_days", days)
        if days > kept:
            raise refusal(f"is longer than backups are kept ({kept})", f"use {kept} or less")
        return days


def _contacts(name: str, they: str, in_file: str) -> Any:
    item = f"Address {{number}} of those who {they}"
    return parameters(name, item, CONTACTS, in_file=in_file)


def _security_contacts() -> Any:
    return _contacts("security", "get security findings", "Addresses for security findings")


class Contacts(Section):
    """Recipients of alerts; the templates subscribe every address."""

    critical: types.Emails = _contacts("critical", "are paged", "Addresses to page")
    warning: types.Emails = _contacts("warning", "read warnings", "Addresses for warnings")
    security: types.Emails = _security_contacts()


class AccountContacts(Section):
    """Recipients of an account's findings."""

    security: types.Emails = _security_contacts()


class Ci(Section):
    """Continuous integration: the repository whose workflows may plan and deploy.

    GitHub's tokens name it with ids that are never given again (GitHub docs, "OpenID Connect
    reference", immutable subject claims): `repo:OWNER@OWNER-ID/REPO@REPO-ID:environment:NAME`.
    """

    repository: types.Repository = parameter(
        "GitHub repository, OWNER/NAME, whose workflows may deploy",
        scopes=(Scope.IDENTITY, Scope.ACCESS),
    )
    owner_id: int | None = Field(
        default=None, ge=1, description="GitHub's id of the repository's owner"
    )
    repository_id: int | None = Field(
        default=None, ge=1, description="GitHub's id of the repository"
    )
    classic_subject: bool = Field(
        default=False,
        description="Whether its tokens have no ids: anyone who gets its name can then deploy",
    )

    @model_validator(mode="after")
    def _ids_or_names(self) -> Self:
        ids = (self.owner_id, self.repository_id)
        command = f"'gh api repos/{self.repository} --jq .owner.id,.id' prints them"
        if self.classic_subject and ids != (None, None):
            raise refusal("names ids and asks for a subject without them", "remove one of the two")
        if None in ids and not self.classic_subject:
            raise refusal("needs owner_id and repository_id", command)
        return self

    @property
    def subject(self) -> str:
        """The repository as the subject of its tokens names it."""
        if self.classic_subject:
            return self.repository
        owner, _, name = self.repository.partition("/")
        return f"{owner}@{self.owner_id}/{name}@{self.repository_id}"
