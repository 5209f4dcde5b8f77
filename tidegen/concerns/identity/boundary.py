"""The ceiling of every role of the project: services in use, on its own environment's resources.

A role is limited to the environment of its tag, and may do nothing where tag and path differ: so
neither another tag nor a session's tag moves a role to another environment. Resources with a name
are allowed by name, as IAM reads the tags of a bucket only where that is enabled, and those of
roles and stacks only if they have any. Resources with an id are limited by `NotOfOthers`.
"""

from collections.abc import Sequence

from awacs import iam as actions
from awacs import sts
from awacs.aws import (
    Action,
    ArnLike,
    ArnNotLike,
    Condition,
    ConditionElement,
    Deny,
    ForAllValuesStringNotEquals,
    ForAnyValueStringLike,
    Statement,
)
from troposphere import Join, Sub

from tidegen.blocks.keys import ACCOUNT_ALIASES
from tidegen.blocks.policies import allow, arn, deny, not_of_others, parse_actions
from tidegen.blocks.roles import BOUNDARY_ARN

#: Services that roles of the platform use; a test compares them with the policies of all roles.
SERVICES = (
    "acm",
    "autoscaling",
    "backup",
    "backup-storage",
    "cloudfront",
    "cloudwatch",
    "ec2",
    "ec2messages",
    "ecr",
    "eks",
    "eks-auth",
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
    "ssmmessages",
    "tag",
    "wafv2",
    "xray",
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
    "sts",
)
#: Of these, services that the account's own roles use on resources of no environment, such as the
#: archives of logs.
_OF_THE_ACCOUNT = ("dynamodb", "s3", "secretsmanager", "sns", "sqs")
#: Services that are used in part. Most calls only read, and return no data of patients: those of
#: preflight, and of plans, which depend on other stacks. The rest are calls without a resource, and
#: of GuardDuty the scans and its agents' telemetry, never the detector.
READ = (
    *("access-analyzer:Get*", "access-analyzer:List*"),
    *("cloudformation:Describe*", "cloudformation:Detect*"),
    *("cloudformation:Get*", "cloudformation:List*"),
    *("cloudtrail:Describe*", "cloudtrail:Get*", "cloudtrail:List*"),
    *("config:BatchGet*", "config:Describe*", "config:Get*", "config:List*"),
    *("dynamodb:Describe*", "dynamodb:List*"),
    *("guardduty:*MalwareProtectionPlan*", "guardduty:Get*", "guardduty:List*"),
    *("guardduty:SendSecurityTelemetry", "guardduty:TagResource", "guardduty:UntagResource"),
    *("iam:Generate*", "iam:Get*", "iam:List*", "iam:Simulate*"),
    *("s3:GetAccount*", "s3:GetBucket*", "s3:ListAllMyBuckets"),
    *("secretsmanager:GetRandomPassword", "secretsmanager:ListSecrets"),
    *("servicequotas:GetAWSDefaultServiceQuota", "servicequotas:GetServiceQuota"),
    *("sns:GetSubscriptionAttributes", "sns:List*"),
    *("sns:SetSubscriptionAttributes", "sns:Unsubscribe"),
    "sqs:ListQueues",
)
_ACCOUNT = "${AWS::AccountId}"
_IAM = f"iam::{_ACCOUNT}"
#: Resolved by IAM, not by CloudFormation.
_TAG = "${!aws:PrincipalTag/environment}"
_TAG_OR_NONE = "${aws:PrincipalTag/environment, 'none'}"
_PATH = f"${{Project}}/{_TAG}"
_NAME = f"${{Project}}-{_TAG}"
_BY_BOUNDARY = {"iam:PermissionsBoundary": BOUNDARY_ARN}
#: The account's own roles, by their path: only administrators create roles there.
_ACCOUNTS_ROLES = arn(f"{_IAM}:role/${{Project}}/account/*")
_OWN_ROLES = arn(f"{_IAM}:role/{_PATH}/*")
#: The key of the account's log archive, and of the intake before it.
_AUDIT_KEY = Sub("alias/${Project}/account/audit")
#: ARNs of an environment's resources, without `arn:<partition>:`; `blocks.deploy_scopes` has those
#: for deploys. AWS Backup names the tables that it restores for a test. Logs are delivered to the
#: account's intake, where nobody erases (`concerns.log_delivery`).
_OWN = (
    f"iam::{_ACCOUNT}:role/{_PATH}/*",
    f"iam::{_ACCOUNT}:policy/{_PATH}/*",
    f"iam::{_ACCOUNT}:instance-profile/{_PATH}/*",
    f"cloudformation:*:{_ACCOUNT}:stack/{_NAME}/*",
    f"cloudformation:*:{_ACCOUNT}:stack/{_NAME}-*",
    f"dynamodb:*:{_ACCOUNT}:table/{_NAME}-*",
    f"dynamodb:*:{_ACCOUNT}:table/awsbackup-restore-test-*",
    f"s3:::{_NAME}-*",
    f"s3:::${{Project}}-log-intake-*/AWSLogs/{_ACCOUNT}/CloudWatch/{_TAG}/*",
    f"s3:::${{Project}}-log-intake-*/AWSLogs/{_ACCOUNT}/CloudWatchFailed/{_TAG}/*",
    f"secretsmanager:*:{_ACCOUNT}:secret:/{_PATH}/*",
    f"secretsmanager:*:{_ACCOUNT}:secret:{_NAME}-*",
    f"sns:*:{_ACCOUNT}:{_NAME}-*",
    f"sqs:*:{_ACCOUNT}:{_NAME}-*",
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
#: Actions that grant, change or delete a key.
_CHANGING_KEYS = [
    Action("kms", f"{verb}*")
    for verb in ("Create", "Disable", "Put", "Replicate", "Schedule", "Tag", "Untag", "Update")
]
#: Changes of a role that deploys, or of its policies, which administrators make.
_CHANGING_DEPLOYERS = [
    Action("iam", f"{verb}*")
    for verb in ("Attach", "Create", "Delete", "Detach", "Put", "Set", "Tag", "Untag", "Update")
]


def ceiling_statements() -> list[Statement]:
    """Return the boundary's statements."""
    return [*_allowed(), *_denied()]


def _allowed() -> list[Statement]:
    """Allow services, limited by `NotOfOthers`, own names, and shared resources."""
    ours = Condition(ArnLike({"aws:PrincipalArn": arn(f"{_IAM}:role/${{Project}}/*")}))
    wide = Condition(ArnLike({"aws:PrincipalArn": _ACCOUNTS_ROLES}))
    own = [arn(text) for text in _OWN]
    artifacts = arn("s3:::${Project}-artifacts-*")
    intake = arn("s3:::${Project}-log-intake-*")
    linked = arn(f"{_IAM}:role/aws-service-role/*")
    shared = parse_actions(["s3:GetObject", "s3:ListBucket", "s3:PutObject"])
    return [
        allow("ServicesInUse", [*_whole(SERVICES), *parse_actions(READ)], ["*"], ours),
        allow("OwnNames", _whole(NAMED), own),
        allow("Artifacts", shared, [artifacts]),
        allow("LookAtIntake", parse_actions(["s3:ListBucket*"]), [intake]),
        allow("LinkedRoles", [actions.CreateServiceLinkedRole], [linked]),
        allow("OfTheAccount", _whole(_OF_THE_ACCOUNT), ["*"], wide),
    ]


def _denied() -> list[Statement]:
    """Deny even where another policy allows, the policy of a resource included."""
    # No environment has `access` in its name. IAM refuses a wildcard in place of the type; one in
    # place of the account is short, and a call to IAM reaches no other.
    deployers = [arn(f"iam::*:{kind}/${{Project}}/*-access-*") for kind in ("role", "policy")]
    unbounded = Condition(ArnNotLike(_BY_BOUNDARY))
    return [
        _only_on_its_path(),
        _not_of_others(),
        deny("NoKeyOfTheAccount", _CHANGING_KEYS, condition=Condition(_of_the_account())),
        deny("NoUsersAndNoLifting", _BEYOND_ROLES),
        deny("NoRoleWithoutBoundary", _CHANGING_ROLES, condition=unbounded),
        deny("NoChangeOfTheBoundary", _CHANGING_POLICIES, [BOUNDARY_ARN]),
        deny("NoChangeOfDeployers", _CHANGING_DEPLOYERS, deployers),
        Statement(
            Sid="NoOtherRoles",
            Effect=Deny,
            Action=[sts.AssumeRole],
            NotResource=[_OWN_ROLES],
        ),
    ]


def _only_on_its_path() -> Statement:
    """Deny everything to a role whose tag is not that of its path, or that is not the project's.

    With a default, as IAM ignores a statement whose variable has no value.
    """
    path = Join("/", [arn(f"{_IAM}:role/${{Project}}"), _TAG_OR_NONE, "*"])
    others = ArnNotLike({"aws:PrincipalArn": [path, _ACCOUNTS_ROLES]})
    return deny("OnlyOnItsPath", [Action("*")], condition=Condition(others))


def _of_the_account() -> list[ConditionElement]:
    """Match keys of the account's own stacks: bootstrap's have no tag, as all roles use them."""
    return [
        ForAnyValueStringLike({"kms:ResourceAliases": ACCOUNT_ALIASES}),
        ArnNotLike({"aws:PrincipalArn": _ACCOUNTS_ROLES}),
    ]


def _not_of_others() -> Statement:
    """Deny resources tagged for another environment than the role's; all, if the role has no tag.

    Exceptions: the account's own roles read everything, plans read other stacks, and deliveries to
    the log archive use its key.
    """
    return not_of_others(
        _TAG_OR_NONE,
        ForAllValuesStringNotEquals({"kms:ResourceAliases": _AUDIT_KEY}),
        ArnNotLike({"aws:PrincipalArn": _ACCOUNTS_ROLES}),
    )


def _whole(services: Sequence[str]) -> list[Action]:
    return [Action(service, "*") for service in services]
