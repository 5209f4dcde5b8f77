"""The ceiling of the roles that deploy: services in use, on their own environment's resources.

Administrators create these roles, below a path of their own, and no other role can have this
boundary: roles of templates have the narrower one of `workload_boundary`.
"""

from collections.abc import Sequence

from awacs import iam as actions
from awacs.aws import Action, ArnNotLike, Condition, Statement

from tidegen.blocks.policies import READING_STACKS, allow, arn, deny, parse_actions
from tidegen.blocks.roles import BOUNDARY_ARN, DEPLOY_BOUNDARY_ARN
from tidegen.concerns.identity.limits import (
    ACCOUNT,
    IAM,
    NAME,
    OWN,
    PATH,
    no_change_of_shared_keys,
    not_of_other_tags,
    only_on_its_path,
)

#: Services that the roles that deploy use; a test compares them with the policies of these roles.
SERVICES = (
    "acm",
    "autoscaling",
    "backup",
    "backup-storage",
    "cloudfront",
    "cloudwatch",
    "ec2",
    "eks",
    "elasticloadbalancing",
    "events",
    "firehose",
    "kms",
    "lambda",
    "logs",
    "route53",
    "route53resolver",
    "ses",
    "ssm",
    "wafv2",
)
#: Services whose resources have a role's own environment in their names, and are held to that.
NAMED = (
    "cloudformation",
    "dynamodb",
    "iam",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
)
#: Services that are used in part. Most calls only read, and return no data of patients: those of
#: preflight, and of plans, which depend on other stacks. The rest are calls without a resource, and
#: of GuardDuty the scans, never the detector.
READ = (
    *("access-analyzer:Get*", "access-analyzer:List*"),
    *("cloudformation:Describe*", "cloudformation:Detect*"),
    *("cloudformation:Get*", "cloudformation:List*"),
    *("cloudtrail:Describe*", "cloudtrail:Get*", "cloudtrail:List*"),
    *("config:BatchGet*", "config:Describe*", "config:Get*", "config:List*"),
    *("dynamodb:Describe*", "dynamodb:List*"),
    *("guardduty:*MalwareProtectionPlan*", "guardduty:Get*", "guardduty:List*"),
    *("guardduty:TagResource", "guardduty:UntagResource"),
    *("iam:Generate*", "iam:Get*", "iam:List*", "iam:Simulate*"),
    *("s3:GetAccount*", "s3:GetBucket*", "s3:ListAllMyBuckets"),
    *("secretsmanager:GetRandomPassword", "secretsmanager:ListSecrets"),
    *("servicequotas:GetAWSDefaultServiceQuota", "servicequotas:GetServiceQuota"),
    *("sns:GetSubscriptionAttributes", "sns:List*"),
    *("sns:SetSubscriptionAttributes", "sns:Unsubscribe"),
    "sqs:ListQueues",
)
#: Settings of the whole account or region, which `planning.settings` and administrators make.
SWITCHES = (
    *("backup:UpdateGlobalSettings", "backup:UpdateRegionSettings"),
    *("ec2:*able*ByDefault", "ec2:*able*BlockPublicAccess", "ec2:*ableSerialConsoleAccess"),
    *("ec2:Modify*Default*", "ec2:ModifyVpcBlock*", "ec2:Reset*Default*", "logs:*AccountPolicy"),
    *("ses:PutAccount*", "ses:UpdateAccount*", "ssm:*ServiceSetting"),
)
#: ARNs of an environment's resources, without `arn:<partition>:`; `blocks.deploy_scopes` has those
#: of the execution role.
_OWN = (
    f"iam::{ACCOUNT}:role/{PATH}/*",
    f"iam::{ACCOUNT}:policy/{PATH}/*",
    f"iam::{ACCOUNT}:instance-profile/{PATH}/*",
    f"cloudformation:*:{ACCOUNT}:stack/{NAME}/*",
    *OWN,
)
#: Actions that give a role more; each has the condition key `iam:PermissionsBoundary`.
_CHANGING_ROLES = [
    actions.AttachRolePolicy,
    actions.CreateRole,
    actions.PutRolePermissionsBoundary,
    actions.PutRolePolicy,
]
#: Users, which no boundary limits, and removing a role's boundary.
_BEYOND_ROLES = [
    actions.CreateAccessKey,
    actions.CreateLoginProfile,
    actions.CreateUser,
    actions.DeleteRolePermissionsBoundary,
]
_CHANGING_POLICIES = [
    actions.CreatePolicyVersion,
    actions.DeletePolicy,
    actions.DeletePolicyVersion,
    actions.SetDefaultPolicyVersion,
]
#: Changes of a role that deploys, or of its policies, which administrators make.
_CHANGING_DEPLOYERS = [
    Action("iam", f"{verb}*")
    for verb in ("Attach", "Create", "Delete", "Detach", "Put", "Set", "Tag", "Untag", "Update")
]


def deploy_statements() -> list[Statement]:
    """Return the boundary's statements."""
    return [*_allowed(), *_denied()]


def _allowed() -> list[Statement]:
    """Allow services, limited by the denials, own names, and shared artifacts."""
    artifacts = "s3:::${Project}-artifacts-*"
    uploaded = [arn(f"{artifacts}/{folder}/*") for folder in ("templates", "assets")]
    linked = arn(f"{IAM}:role/aws-service-role/*")
    return [
        allow("ServicesInUse", [*_whole(SERVICES), *parse_actions(READ)], ["*"]),
        allow("OwnNames", _whole(NAMED), [arn(text) for text in _OWN]),
        allow("Artifacts", parse_actions(["s3:GetObject", "s3:ListBucket"]), [arn(artifacts)]),
        allow("Upload", parse_actions(["s3:PutObject"]), uploaded),
        allow("LinkedRoles", [actions.CreateServiceLinkedRole], [linked]),
    ]


def _denied() -> list[Statement]:
    """Deny even where another policy allows, the policy of a resource included."""
    # a `*` in place of the account is short, and a call to IAM reaches no other account
    deployers = [arn(f"iam::*:{kind}/${{Project}}/*/access/*") for kind in ("role", "policy")]
    unbounded = Condition(ArnNotLike({"iam:PermissionsBoundary": BOUNDARY_ARN}))
    aliases = [
        arn(f"kms:*:{ACCOUNT}:alias/${{Project}}/{scope}/*") for scope in ("account", "bootstrap")
    ]
    return [
        only_on_its_path("access"),
        not_of_other_tags(*READING_STACKS),
        no_change_of_shared_keys(),
        deny("NoAliasOfTheAccount", [Action("kms", "*")], aliases),
        deny("NoSwitches", parse_actions(SWITCHES)),
        deny("NoUsersAndNoLifting", _BEYOND_ROLES),
        deny("NoRoleWithoutBoundary", _CHANGING_ROLES, condition=unbounded),
        deny("NoChangeOfBoundaries", _CHANGING_POLICIES, [BOUNDARY_ARN, DEPLOY_BOUNDARY_ARN]),
        deny("NoChangeOfDeployers", _CHANGING_DEPLOYERS, deployers),
    ]


def _whole(services: Sequence[str]) -> list[Action]:
    return [Action(service, "*") for service in services]
