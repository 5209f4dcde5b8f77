"""Statements for preflight of an environment: names, counts, quotas, settings; no data, no secrets.

Facts that only the account's own stacks need are read by the people who deploy those.
"""

from collections.abc import Mapping
from itertools import starmap

from awacs.aws import Action, Statement

from tidegen.blocks.policies import allow, arn, parse_actions

_ACCOUNT = "${AWS::AccountId}"
#: Lists, counts and settings of an account, for which IAM knows no resource.
LISTING: Mapping[str, tuple[str, ...]] = {
    "backup": ("ListBackupVaults",),
    "cloudfront": ("ListOriginAccessControls",),
    "ec2": (
        "DescribeAddresses",
        "DescribeAvailabilityZones",
        "DescribeInstanceTypeOfferings",
        "DescribeInstanceTypes",
        "DescribeInstances",
        "DescribeNatGateways",
        "DescribeNetworkInterfaces",
        "DescribeSecurityGroups",
        "DescribeSubnets",
        "DescribeVolumes",
        "DescribeVpcEndpointConnections",
        "DescribeVpcEndpointServices",
        "DescribeVpcEndpoints",
        "DescribeVpcs",
        "GetEbsDefaultKmsKeyId",
        "GetEbsEncryptionByDefault",
    ),
    "eks": ("DescribeClusterVersions", "ListClusters"),
    "elasticloadbalancing": ("DescribeLoadBalancers",),
    "iam": ("GetAccountSummary", "ListPolicies", "ListRoles"),
    "kms": ("ListAliases",),
    "lambda": ("GetAccountSettings",),
    "logs": ("DescribeLogGroups", "DescribeResourcePolicies"),
    "route53": ("ListHostedZonesByName",),
    "s3": ("ListAllMyBuckets",),
    "secretsmanager": ("ListSecrets",),
    "servicequotas": ("GetAWSDefaultServiceQuota",),
    "ses": ("GetAccount",),
}
_WITH_RESOURCES: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("dynamodb:DescribeTable",): (f"dynamodb:*:{_ACCOUNT}:table/*",),
    ("eks:DescribeCluster",): (f"eks:*:{_ACCOUNT}:cluster/${{Project}}-*",),
    ("iam:GetRole",): (f"iam::{_ACCOUNT}:role/*",),
    ("kms:GetKeyPolicy",): (f"kms:*:{_ACCOUNT}:key/*",),
    ("route53:GetHostedZone",): ("route53:::hostedzone/*",),
    ("s3:GetBucketLocation", "s3:GetBucketVersioning"): ("s3:::${Project}-*",),
    ("servicequotas:GetServiceQuota",): (f"servicequotas:*:{_ACCOUNT}:*",),
    ("ses:GetConfigurationSet", "ses:GetDedicatedIpPool", "ses:GetEmailIdentity"): (
        f"ses:*:{_ACCOUNT}:configuration-set/*",
        f"ses:*:{_ACCOUNT}:dedicated-ip-pool/*",
        f"ses:*:{_ACCOUNT}:identity/*",
    ),
    ("sns:ListSubscriptionsByTopic",): (f"sns:*:{_ACCOUNT}:${{Project}}-*",),
    ("iam:SimulatePrincipalPolicy",): (f"iam::{_ACCOUNT}:role/${{Project}}/${{Environment}}/*",),
}


def inspection_statements() -> list[Statement]:
    """Allow the calls of `tidegen preflight`."""
    listed = [Action(service, name) for service, names in LISTING.items() for name in names]
    return [
        allow("ListForPreflight", listed, ["*"]),
        *starmap(_read_statement, _WITH_RESOURCES.items()),
    ]


def _read_statement(actions: tuple[str, ...], arns: tuple[str, ...]) -> Statement:
    title = "Look" + actions[0].partition(":")[2]
    return allow(title, parse_actions(actions), [arn(text) for text in arns])
