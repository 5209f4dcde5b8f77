"""The questions that preflight asks of an account: one row each, with the IAM actions to read it.

A reader in `tidegen.aws.facts` answers each topic; the concern `access` derives the permissions of
the deploy and read roles from these rows; a test compares the actions with the reader's calls.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

_ACCOUNT = "${AWS::AccountId}"
_OWN_ROLES = f"iam::{_ACCOUNT}:role/${{Project}}/${{Environment}}/*"
#: The resources of an action for which IAM knows none: lists, counts and settings of an account.
EVERYTHING = ("*",)
#: IAM matches each action to its own type of resource: one statement is shorter than three.
_MAIL = tuple(
    f"ses:*:{_ACCOUNT}:{kind}/*" for kind in ("configuration-set", "dedicated-ip-pool", "identity")
)


@dataclass(frozen=True)
class Permission:
    """IAM actions, and the resources to read with them.

    `resources` are ARNs without `arn:<partition>:`, as text for Fn::Sub. Without `granted` the
    roles of an environment do not get the actions: the people who deploy have them.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...] = EVERYTHING
    granted: bool = True


def _list(*actions: str) -> Permission:
    return Permission(actions)


def _read(action: str, *resources: str) -> Permission:
    return Permission((action,), resources)


def _by_people(action: str) -> Permission:
    return Permission((action,), granted=False)


class Topic(StrEnum):
    """A question to an account; the comments name the names asked for → the answer.

    Without such a comment a question has names, and the answer holds those that exist.
    The rows are in the order of the services in IAM.
    """

    permissions: tuple[Permission, ...]

    def __new__(cls, text: str, *permissions: Permission) -> Self:
        """Make the member whose value is `text`."""
        topic = str.__new__(cls, text)
        topic._value_ = text
        topic.permissions = permissions
        return topic

    # none → name: its type
    ANALYZERS = "access analyzers", _by_people("access-analyzer:ListAnalyzers")
    # → name: days: int; final: the day it was, empty before
    LOCKS = "locks of backup vaults", _list("backup:ListBackupVaults")
    VAULTS = "backup vaults", _list("backup:ListBackupVaults")
    # vaults → name: type of resource: time of the newest complete point
    RECOVERY_POINTS = "recovery points", _by_people("backup:ListRecoveryPointsByBackupVault")
    # → name: its id
    ACCESS_CONTROLS = (
        "CloudFront's origin access controls",
        _list("cloudfront:ListOriginAccessControls"),
    )
    # none → name: its home region
    TRAILS = "trails", _by_people("cloudtrail:DescribeTrails")
    # none → name: ""
    CHANNELS = "delivery channels", _by_people("config:DescribeDeliveryChannels")
    # none → name: ""
    RECORDERS = "configuration recorders", _by_people("config:DescribeConfigurationRecorders")
    TABLES = "tables", _read("dynamodb:DescribeTable", f"dynamodb:*:{_ACCOUNT}:table/*")
    # service ids → id: endpoint ids in use
    CONNECTIONS = "endpoints of an endpoint service", _list("ec2:DescribeVpcEndpointConnections")
    # VPC ids → service name: endpoint id, with private names only
    ENDPOINTS = "VPC endpoints", _list("ec2:DescribeVpcEndpoints")
    # group ids → id: ingress rules, each protocol, from, to, source
    GROUP_RULES = "rules of security groups", _by_people("ec2:DescribeSecurityGroupRules")
    # ids, or names of Amazon's images → id or name: ""; deprecated ones can be launched
    IMAGES = "machine images", _list("ec2:DescribeImages")
    # none → id: name; created: time
    OWN_IMAGES = "the account's machine images", _list("ec2:DescribeImages")
    # subnet ids → id: (description, status)
    INTERFACES = "network interfaces", _list("ec2:DescribeNetworkInterfaces")
    # none → name of zone: number
    NAT_GATEWAYS = "NAT gateways", _list("ec2:DescribeNatGateways", "ec2:DescribeSubnets")
    # types → type: names of zones
    OFFERINGS = "instance types in zones", _list("ec2:DescribeInstanceTypeOfferings")
    # → service name: names of zones
    SERVICE_ZONES = "zones of endpoint services", _list("ec2:DescribeVpcEndpointServices")
    # name of a count → the name: number
    USAGE = (
        "resources in use",
        _list(
            "cloudformation:ListStacks",
            "ec2:DescribeAddresses",
            "ec2:DescribeInstances",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeVolumes",
            "ec2:DescribeVpcs",
            "eks:ListClusters",
            "elasticloadbalancing:DescribeLoadBalancers",
            "s3:ListAllMyBuckets",
        ),
    )
    # types → type: number
    VCPUS = "vCPUs of instance types", _list("ec2:DescribeInstanceTypes")
    # none → name: zone id
    ZONES = "availability zones", _list("ec2:DescribeAvailabilityZones")
    # → name: its Kubernetes version
    CLUSTERS = (
        "clusters",
        _read("eks:DescribeCluster", f"eks:*:{_ACCOUNT}:cluster/${{Project}}-*"),
    )
    # none → version: its status
    VERSIONS = "Kubernetes versions", _list("eks:DescribeClusterVersions")
    # none → id: ""
    DETECTORS = "GuardDuty detectors", _by_people("guardduty:ListDetectors")
    # none → entry of GetAccountSummary: number
    IAM_SUMMARY = "counts of IAM", _list("iam:GetAccountSummary")
    # services → service: name of its role
    LINKED_ROLES = "service-linked roles", _list("iam:ListRoles")
    # → name: its ARN, with any path
    POLICIES = "managed policies", _list("iam:ListPolicies")
    # names of roles → name: inline: names, attached: ARNs
    ROLE_POLICIES = (
        "policies of roles",
        _by_people("iam:ListAttachedRolePolicies"),
        _by_people("iam:ListRolePolicies"),
    )
    # none → URL without https://: ARN
    PROVIDERS = "identity providers", _by_people("iam:ListOpenIDConnectProviders")
    ROLES = "roles", _read("iam:GetRole", f"iam::{_ACCOUNT}:role/*")
    # none → key, policy: str, always: bool
    DEFAULT_KEY = (
        "key of new volumes",
        _list("ec2:GetEbsDefaultKmsKeyId", "ec2:GetEbsEncryptionByDefault"),
        _read("kms:GetKeyPolicy", f"kms:*:{_ACCOUNT}:key/*"),
    )
    # ids → id: statements of its policy, grantees: principals
    KEY_GRANTS = "grants of keys", _by_people("kms:GetKeyPolicy"), _by_people("kms:ListGrants")
    KEY_ALIASES = "key aliases", _list("kms:ListAliases")
    # none → free, limit: number
    CONCURRENCY = "concurrency of Lambda", _list("lambda:GetAccountSettings")
    LOG_GROUPS = "log groups", _list("logs:DescribeLogGroups")
    # none → name: characters
    LOG_POLICIES = "resource policies of logs", _list("logs:DescribeResourcePolicies")
    # → public domain: ids of its zones
    HOSTED_ZONES = "hosted zones", _list("route53:ListHostedZonesByName")
    # domains → domain: sorted name servers; any resolver answers
    NAME_SERVERS = "name servers in DNS"
    # zone ids → domain: sorted name servers
    ZONE_SERVERS = (
        "name servers of hosted zones",
        _read("route53:GetHostedZone", "route53:::hostedzone/*"),
    )
    # names → name: statements of its policy
    BUCKET_POLICIES = "policies of buckets", _by_people("s3:GetBucketPolicy")
    # → name: its region, empty if it is another account's
    BUCKETS = "buckets", _read("s3:GetBucketLocation", "s3:::${Project}-*")
    # → name: "" for a bucket that is not empty. An environment's role lists no keys of objects:
    # its own buckets are kept, and need not be empty.
    CONTENTS = "contents of buckets", _by_people("s3:ListBucketVersions")
    # buckets → name: time of the newest complete dump
    DUMPS = "dumps of the database", _by_people("s3:ListBucket")
    # BUCKET/KEY → BUCKET/KEY: SHA-256 of the object
    PACKAGES = (
        "packages",
        _read("s3:GetObject", f"s3:::${{Project}}-artifacts-*-{_ACCOUNT}/packages/*"),
        _read("s3:ListBucket", f"s3:::${{Project}}-artifacts-*-{_ACCOUNT}"),
    )
    # → name: Enabled, Suspended or empty
    VERSIONING = "versions of buckets", _read("s3:GetBucketVersioning", "s3:::${Project}-*")
    # → name: arn; deleted: day or empty; primary: another region or empty
    SECRETS = "secrets", _list("secretsmanager:ListSecrets")
    # service/code → service/code: number
    QUOTAS = (
        "service quotas",
        _list("servicequotas:GetAWSDefaultServiceQuota"),
        _read("servicequotas:GetServiceQuota", f"servicequotas:*:{_ACCOUNT}:*"),
    )
    # none → ProductionAccess, Sending: bool; Daily: mails
    MAIL_ACCOUNT = "SES account", _list("ses:GetAccount")
    MAIL_IDENTITIES = "SES identities", _read("ses:GetEmailIdentity", *_MAIL)
    MAIL_POOLS = "SES address pools", _read("ses:GetDedicatedIpPool", *_MAIL)
    MAIL_SETS = "SES configuration sets", _read("ses:GetConfigurationSet", *_MAIL)
    # topic ARNs → topic ARN: endpoints
    PENDING = (
        "pending subscriptions",
        _read("sns:ListSubscriptionsByTopic", f"sns:*:{_ACCOUNT}:${{Project}}-*"),
    )
    # role ARN, region, actions → action: decision
    PERMISSIONS = (
        "permissions of a role",
        _read("iam:SimulatePrincipalPolicy", _OWN_ROLES),
    )
