"""The fields of environment files that templates can use: dotted name → kind, scopes, description.

Composition checks a concern's `Field` inputs against this catalogue without loading the validated
model (pydantic stays off the render path); a test proves that the model provides every name.
"""

from dataclasses import dataclass

from tidegen.contract.kinds import Kind
from tidegen.contract.scopes import PLATFORM, Scope, roots_of

#: Roles that may administer a cluster: a template cannot count a list, so each has a field.
ADMINISTRATORS = (1, 2, 3)
#: Zones of a network, each with a field for the same reason.
ZONES = (1, 2, 3)
#: Addresses of one list of contacts, for the same reason.
CONTACTS = (1, 2, 3)
#: Suffix of the GitHub environment that an environment's plans run in; its deploys run in the
#: GitHub environment of the same name.
PLAN_SUFFIX = "-plan"
#: The field that is true while a deploy creates a stack: no file sets it.
FIRST_DEPLOY = "first_deploy"

_ENV = (Scope.ENVIRONMENT,)
_ENV_RECOVERY = (Scope.ENVIRONMENT, Scope.RECOVERY)
_OWNED = (*PLATFORM, Scope.RECOVERY, Scope.ACCESS)
_NAMED = (*PLATFORM, Scope.ACCESS)
_ACCOUNT = roots_of(Scope.ACCOUNT)
_ALL = tuple(Scope)
_CONTACTS = (
    ("critical", PLATFORM, "are paged"),
    ("warning", PLATFORM, "read warnings"),
    ("security", (*PLATFORM, Scope.ACCOUNT), "get security findings"),
)


@dataclass(frozen=True)
class CatalogueField:
    """A value that templates can use: its kind, scopes and description."""

    kind: Kind
    scopes: tuple[Scope, ...]
    description: str


def _f(kind: Kind, scopes: tuple[Scope, ...], description: str) -> CatalogueField:
    return CatalogueField(kind, scopes, description)


FIELDS: dict[str, CatalogueField] = {
    "project": _f(Kind.NAME, _ALL, "Project, the first part of every name"),
    "name": _f(Kind.NAME, _OWNED, "Environment, the second part of every name"),
    "domain": _f(Kind.DOMAIN, _NAMED, "Public zone of this environment"),
    "private_domain": _f(Kind.DOMAIN, _NAMED, "Private zone, below the public one"),
    "network.cidr": _f(Kind.CIDR, PLATFORM, "Address range of the VPC"),
    "network.public_subnets": _f(Kind.CIDR_LIST, PLATFORM, "Ranges of the three public subnets"),
    "network.private_subnets": _f(Kind.CIDR_LIST, PLATFORM, "Ranges of the three private subnets"),
    "network.data_subnets": _f(Kind.CIDR_LIST, PLATFORM, "Ranges of the three data subnets"),
    **{
        f"network.zone_{number}": _f(
            Kind.AVAILABILITY_ZONE, PLATFORM, f"Availability zone {number}, by name"
        )
        for number in ZONES
    },
    "network.nat_gateways": _f(Kind.NUMBER, PLATFORM, "NAT gateways, 1 to 3"),
    "network.endpoints": _f(
        Kind.STRING, PLATFORM, "Interface endpoints: essential (one zone) or full (three zones)"
    ),
    "cluster.version": _f(Kind.VERSION, PLATFORM, "Kubernetes minor version"),
    "cluster.image": _f(Kind.VERSION, PLATFORM, "Release of the managed node image"),
    "cluster.instance_types": _f(Kind.STRING_LIST, PLATFORM, "Instance types of the nodes"),
    "cluster.ami_type": _f(Kind.STRING, PLATFORM, "Kind of the managed node image"),
    "cluster.min_nodes": _f(Kind.NUMBER, PLATFORM, "Smallest number of nodes"),
    "cluster.max_nodes": _f(Kind.NUMBER, PLATFORM, "Largest number of nodes"),
    "cluster.volume_gib": _f(Kind.NUMBER, PLATFORM, "Root volume of a node in GiB"),
    **{
        f"cluster.administrator_{number}": _f(
            Kind.ROLE_ARN, PLATFORM, f"Role {number} that administers the cluster, or empty"
        )
        for number in ADMINISTRATORS
    },
    "cluster.addons.vpc_cni": _f(Kind.VERSION, PLATFORM, "Version of the vpc-cni add-on"),
    "cluster.addons.coredns": _f(Kind.VERSION, PLATFORM, "Version of the coredns add-on"),
    "cluster.addons.kube_proxy": _f(Kind.VERSION, PLATFORM, "Version of the kube-proxy add-on"),
    "cluster.addons.pod_identity_agent": _f(
        Kind.VERSION, PLATFORM, "Version of the eks-pod-identity-agent add-on"
    ),
    "cluster.addons.ebs_csi_driver": _f(
        Kind.VERSION, PLATFORM, "Version of the aws-ebs-csi-driver add-on"
    ),
    "cluster.addons.metrics_server": _f(
        Kind.VERSION, PLATFORM, "Version of the metrics-server add-on"
    ),
    "cluster.addons.cloudwatch_observability": _f(
        Kind.VERSION, PLATFORM, "Version of the amazon-cloudwatch-observability add-on"
    ),
    "database.image": _f(Kind.AMI_ID, _ENV, "Machine image of the database members"),
    "database.instance_type": _f(Kind.STRING, _ENV, "Instance type of a database member"),
    "database.volume_gib": _f(Kind.NUMBER, _ENV, "Data volume of a member in GiB"),
    "database.iops": _f(Kind.NUMBER, _ENV, "Provisioned IOPS of a data volume"),
    "database.throughput_mibps": _f(Kind.NUMBER, _ENV, "Throughput of a data volume in MiB/s"),
    "metrics.max_read_units": _f(Kind.NUMBER, _ENV, "Ceiling of read units per second, a table"),
    "metrics.max_write_units": _f(Kind.NUMBER, _ENV, "Ceiling of write units per second, a table"),
    "email.dedicated_ips": _f(Kind.BOOLEAN, _ENV, "Whether mail leaves from dedicated addresses"),
    "firewall.uploads": _f(
        Kind.STRING, _ENV, "Firewall rules that uploads of devices can match: count or block"
    ),
    "firewall.rate": _f(Kind.STRING, _ENV, "Firewall limit of requests an address: count or block"),
    "retention.backups_days": _f(Kind.NUMBER, _ENV_RECOVERY, "Days that backups are kept"),
    "retention.noncurrent_days": _f(
        Kind.NUMBER,
        _ENV_RECOVERY,
        "Days that replaced versions of uploads and mail assets are kept",
    ),
    "retention.lock_mode": _f(
        Kind.STRING,
        (*_ENV_RECOVERY, Scope.ACCOUNT),
        "Object Lock mode of backups and logs: GOVERNANCE or COMPLIANCE",
    ),
    "retention.lock_days": _f(Kind.NUMBER, _ENV_RECOVERY, "Days that a backup is locked"),
    FIRST_DEPLOY: _f(Kind.BOOLEAN, PLATFORM, "Whether this deploy creates the stack"),
    "protected": _f(Kind.BOOLEAN, PLATFORM, "Whether services refuse their own deletion"),
    **{
        f"contacts.{kind}_{number}": _f(
            Kind.EMAIL, scopes, f"Address {number} of those who {what}, or empty"
        )
        for kind, scopes, what in _CONTACTS
        for number in CONTACTS
    },
    "recovery.region": _f(Kind.REGION, _ENV, "Region that data is replicated to, or empty"),
    "shared.allowed_accounts": _f(
        Kind.ARN_LIST, (Scope.SHARED,), "Account roots whose environments may connect"
    ),
    "source.region": _f(Kind.REGION, (Scope.RECOVERY,), "Region that the data comes from"),
    "ci.repository": _f(
        Kind.STRING,
        (Scope.IDENTITY, Scope.ACCESS),
        "GitHub repository, OWNER/NAME, whose workflows may deploy",
    ),
    "home_region": _f(
        Kind.BOOLEAN,
        (Scope.ACCOUNT,),
        "Whether this region has the account's trail and global resources",
    ),
}
