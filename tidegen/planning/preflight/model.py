"""What preflight asks of an account, what it is asked about, and what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

#: What to do about something that is there already; the command says which identifier it takes.
IMPORT = "import it into the stack ('tidegen import --find' says how)"


class Topic(StrEnum):
    """What an account can be asked; what the names of the question and of the answer mean.

    Unless it says otherwise a question gives names, and the answer holds those that exist.
    """

    ACCESS_CONTROLS = "CloudFront's origin access controls"  # → name: its id
    ANALYZERS = "access analyzers"  # none → name: its type
    BUCKETS = "buckets"  # → name: its region, empty if it is another account's
    CHANNELS = "delivery channels"  # none → name: ""
    CLUSTERS = "clusters"  # → name: its Kubernetes version
    CONNECTIONS = "endpoints of an endpoint service"  # service ids → id: endpoint ids in use
    CONTENTS = "contents of buckets"  # → name: "" where there is something in it
    DEFAULT_KEY = "key of new volumes"  # none → key, policy: str, always: bool
    DETECTORS = "GuardDuty detectors"  # none → id: ""
    CONCURRENCY = "concurrency of Lambda"  # none → free, limit: number
    ENDPOINTS = "VPC endpoints"  # VPC ids → service name: endpoint id, with private names only
    HOSTED_ZONES = "hosted zones"  # → public domain: ids of its zones
    IAM_SUMMARY = "counts of IAM"  # none → entry of GetAccountSummary: number
    INTERFACES = "network interfaces"  # subnet ids → id: (description, status)
    KEY_ALIASES = "key aliases"
    LINKED_ROLES = "service-linked roles"  # services → service: name of its role
    LOCKS = "locks of backup vaults"  # → name: days: int; final: the day it was, empty before
    LOG_GROUPS = "log groups"
    LOG_POLICIES = "resource policies of logs"  # none → name: characters
    MAIL_ACCOUNT = "SES account"  # none → ProductionAccess, Sending: bool; Daily: mails
    MAIL_IDENTITIES = "SES identities"
    MAIL_POOLS = "SES address pools"
    MAIL_SETS = "SES configuration sets"
    NAME_SERVERS = "name servers in DNS"  # domains → domain: sorted name servers
    NAT_GATEWAYS = "NAT gateways"  # none → name of zone: number
    OFFERINGS = "instance types in zones"  # types → type: names of zones
    POLICIES = "managed policies"  # → name: its ARN, whatever its path
    PENDING = "pending subscriptions"  # topic ARNs → topic ARN: endpoints
    PERMISSIONS = "permissions of a role"  # role ARN, region, actions → action: decision
    PROVIDERS = "identity providers"  # none → URL without https://: ARN
    QUOTAS = "service quotas"  # service/code → service/code: number
    RECORDERS = "configuration recorders"  # none → name: ""
    ROLES = "roles"
    SECRETS = "secrets"  # → name: arn; deleted: day or empty; primary: another region or empty
    SERVICE_ZONES = "zones of endpoint services"  # → service name: names of zones
    TABLES = "tables"
    TRAILS = "trails"  # none → name: its home region
    USAGE = "resources in use"  # name of a count → the name: number
    VAULTS = "backup vaults"
    VCPUS = "vCPUs of instance types"  # types → type: number
    VERSIONING = "versions of buckets"  # → name: Enabled, Suspended or empty
    VERSIONS = "Kubernetes versions"  # none → version: its status
    ZONES = "availability zones"  # none → name: zone id
    ZONE_SERVERS = "name servers of hosted zones"  # zone ids → domain: sorted name servers


Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """One thing to read in an account."""

    topic: Topic
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unknown:
    """Why a question has no answer: it may not be asked, or nobody there answers it."""

    reason: str


Facts = Mapping[Question, Answer | Unknown]


@dataclass(frozen=True, order=True)
class PreflightFinding:
    """One thing that a deploy would fail over, or (not `blocking`) that somebody has to know."""

    where: str
    message: str
    failure: str
    blocking: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True)
class Unchecked:
    """A check that could not be made."""

    where: str
    check: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: not checked: {self.check}: {self.reason}"


@dataclass(frozen=True)
class PreflightReport:
    """All that preflight has to say of a plan."""

    findings: tuple[PreflightFinding, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    capabilities: tuple[str, ...] = ()

    @property
    def blocking(self) -> tuple[PreflightFinding, ...]:
        """What the deploy would fail over."""
        return tuple(finding for finding in self.findings if finding.blocking)
