"""The ceiling of every role of the project: services in use, on what its own environment has.

A role is held to the environment of its tag, and has nothing at all where tag and path differ: so
neither another tag nor a session's tag makes a role another environment's. What has a name is
allowed by name, as IAM looks at the tags of a bucket only where that is switched on, and at those
of roles and stacks only if somebody set them. What has an id is held by `NotOfOthers`.
"""

from collections.abc import Sequence
from typing import Any

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

from tidegen.blocks.policies import allow, not_of_others
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
#: Of these the account's own roles use what no environment owns: the archives of logs.
_OF_THE_ACCOUNT = ("dynamodb", "s3", "secretsmanager", "sns", "sqs")
#: What is used in part. Most is read, and says nothing of patients: by preflight, and by plans,
#: which rest on the stacks of others. The rest are calls without a resource, and of GuardDuty the
#: scans and what its agents send, never the detector.
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
_IAM = f"arn:${{AWS::Partition}}:iam::{_ACCOUNT}"
#: Resolved by IAM, not by CloudFormation.
_TAG = "${!aws:PrincipalTag/environment}"
_TAG_OR_NONE = "${aws:PrincipalTag/environment, 'none'}"
_PATH = f"${{Project}}/{_TAG}"
_NAME = f"${{Project}}-{_TAG}"
_BY_BOUNDARY = {"iam:PermissionsBoundary": BOUNDARY_ARN}
#: The account's own roles, by their path: only administrators make any there.
_ACCOUNTS_ROLES = Sub(f"{_IAM}:role/${{Project}}/account/*")
_OWN_ROLES = Sub(f"{_IAM}:role/{_PATH}/*")
#: The key of the account's log archive, and of the intake before it.
_AUDIT_KEY = Sub("alias/${Project}/account/audit")
#: What an environment's resources are called, without `arn:<partition>:`; `blocks.deploy_scopes`
#: says the same of what is deployed. AWS Backup names the tables that it restores for a test. Logs
#: go into the account's intake, where nobody erases (`blocks.delivery_stream`).
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
#: Whatever gives a role more; each knows the condition key `iam:PermissionsBoundary`.
_CHANGING_ROLES = [
    actions.AttachRolePolicy,
    actions.CreateRole,
    actions.PutRolePermissionsBoundary,
    actions.PutRolePolicy,
]
#: Users, which no boundary holds, and the lifting of a role's.
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
#: Whatever gives a key away, changes it or ends it.
_CHANGING_KEYS = [
    Action("kms", f"{verb}*")
    for verb in ("Create", "Disable", "Put", "Replicate", "Schedule", "Tag", "Untag", "Update")
]
#: What changes a role that deploys, or its policies, which administrators do.
_CHANGING_DEPLOYERS = [
    Action("iam", f"{verb}*")
    for verb in ("Attach", "Create", "Delete", "Detach", "Put", "Set", "Tag", "Untag", "Update")
]


def ceiling() -> list[Statement]:
    """The statements; they use the parameter `Project`."""
    return [*_allowed(), *_denied()]


def _allowed() -> list[Statement]:
    """Services with `NotOfOthers` as limit, names with their own, and what all share."""
    ours = Condition(ArnLike({"aws:PrincipalArn": Sub(f"{_IAM}:role/${{Project}}/*")}))
    wide = Condition(ArnLike({"aws:PrincipalArn": _ACCOUNTS_ROLES}))
    own = [Sub(f"arn:${{AWS::Partition}}:{arn}") for arn in _OWN]
    artifacts = Sub("arn:${AWS::Partition}:s3:::${Project}-artifacts-*")
    intake = Sub("arn:${AWS::Partition}:s3:::${Project}-log-intake-*")
    linked = Sub(f"{_IAM}:role/aws-service-role/*")
    shared = _parsed("s3:GetObject", "s3:ListBucket", "s3:PutObject")
    return [
        allow("ServicesInUse", [*_whole(SERVICES), *_parsed(*READ)], ["*"], ours),
        allow("OwnNames", _whole(NAMED), own),
        allow("Artifacts", shared, [artifacts]),
        allow("LookAtIntake", _parsed("s3:ListBucket*"), [intake]),
        allow("LinkedRoles", [actions.CreateServiceLinkedRole], [linked]),
        allow("OfTheAccount", _whole(_OF_THE_ACCOUNT), ["*"], wide),
    ]


def _denied() -> list[Statement]:
    """What holds whatever else allows it, the policy of a resource too."""
    # No environment has `access` in its name. IAM refuses a wildcard in place of the type; that of
    # the account is short, and a call to IAM reaches no other.
    iam = "arn:${AWS::Partition}:iam::*"
    deployers = [Sub(f"{iam}:{kind}/${{Project}}/*-access-*") for kind in ("role", "policy")]
    return [
        _only_on_its_path(),
        _not_of_others(),
        _deny("NoKeyOfTheAccount", _CHANGING_KEYS, Condition(_of_the_account())),
        _deny("NoUsersAndNoLifting", _BEYOND_ROLES),
        _deny("NoRoleWithoutBoundary", _CHANGING_ROLES, Condition(ArnNotLike(_BY_BOUNDARY))),
        _deny("NoChangeOfTheBoundary", _CHANGING_POLICIES, resources=[BOUNDARY_ARN]),
        _deny("NoChangeOfDeployers", _CHANGING_DEPLOYERS, resources=deployers),
        Statement(
            Sid="NoOtherRoles",
            Effect=Deny,
            Action=[sts.AssumeRole],
            NotResource=[_OWN_ROLES],
        ),
    ]


def _only_on_its_path() -> Statement:
    """Nothing for a role whose tag is not that of its path, or that is not the project's.

    With a default, as IAM leaves out a statement whose variable has no value.
    """
    path = Join("/", [Sub(f"{_IAM}:role/${{Project}}"), _TAG_OR_NONE, "*"])
    others = ArnNotLike({"aws:PrincipalArn": [path, _ACCOUNTS_ROLES]})
    return _deny("OnlyOnItsPath", [Action("*")], Condition(others))


def _of_the_account() -> list[ConditionElement]:
    """Keys of the account's own stacks: bootstrap's carry no tag, as everybody uses them."""
    aliases = [Sub(f"alias/${{Project}}/{scope}/*") for scope in ("account", "bootstrap")]
    return [
        ForAnyValueStringLike({"kms:ResourceAliases": aliases}),
        ArnNotLike({"aws:PrincipalArn": _ACCOUNTS_ROLES}),
    ]


def _not_of_others() -> Statement:
    """Nothing that carries another environment's tag than the role's own; without one, nothing.

    The account's own roles read everything, what others' stacks are is read by plans, and the key
    of the log archive is used by what delivers into it.
    """
    return not_of_others(
        _TAG_OR_NONE,
        ForAllValuesStringNotEquals({"kms:ResourceAliases": _AUDIT_KEY}),
        ArnNotLike({"aws:PrincipalArn": _ACCOUNTS_ROLES}),
    )


def _whole(services: Sequence[str]) -> list[Action]:
    return [Action(service, "*") for service in services]


def _parsed(*texts: str) -> list[Action]:
    return [Action(*text.split(":")) for text in texts]


def _deny(
    sid: str,
    denied: Sequence[Action],
    condition: Condition | None = None,
    resources: Sequence[Any] = ("*",),
) -> Statement:
    extra = {"Condition": condition} if condition else {}
    return Statement(Sid=sid, Effect=Deny, Action=list(denied), Resource=list(resources), **extra)
