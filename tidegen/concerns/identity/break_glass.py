"""The role for emergencies: it may undo the protections that bind every other role, nothing else.

Policies of buckets, keys, vaults and secrets except it by its path. A person who assumes it has
signed in with a second factor within the hour; every use raises an alarm (`concerns.audit`).
Source: Well-Architected, SEC03-BP03, "Establish emergency access process".
"""

from awacs import backup, kms, s3, secretsmanager, sqs, sts
from awacs.aws import (
    Action,
    Allow,
    Bool,
    Condition,
    ForAnyValueStringLike,
    NumericLessThan,
    PolicyDocument,
    Statement,
    StringEquals,
)
from troposphere import Ref, Sub, Template, iam

from tidegen.blocks.policies import account_root, allow, arn, document

_PATH = Sub("/${Project}/break-glass/")
#: An hour: the shortest session that IAM accepts, and the longest time since the second factor.
_SECONDS = 3_600
_HELD: list[Action] = [
    s3.BypassGovernanceRetention,
    s3.DeleteObject,
    s3.DeleteObjectVersion,
    s3.GetObject,
    s3.GetObjectVersion,
    s3.PutObject,
    s3.PutObjectLegalHold,
    s3.PutObjectRetention,
]
_KEYS: list[Action] = [
    kms.CancelKeyDeletion,
    kms.Decrypt,
    kms.DescribeKey,
    kms.DisableKey,
    kms.EnableKey,
    kms.GenerateDataKey,
    kms.ScheduleKeyDeletion,
]
_POINTS: list[Action] = [
    backup.DeleteRecoveryPoint,
    backup.DescribeRecoveryPoint,
    backup.UpdateRecoveryPointLifecycle,
]
_VAULTS: list[Action] = [
    backup.DeleteBackupVaultAccessPolicy,
    backup.ListRecoveryPointsByBackupVault,
    backup.PutBackupVaultAccessPolicy,
]
_QUEUES: list[Action] = [sqs.DeleteMessage, sqs.GetQueueAttributes, sqs.ReceiveMessage]


def add_break_glass(template: Template) -> iam.Role:
    """Add the role and its policy, which is its boundary too: attaching another adds nothing."""
    policy = template.add_resource(
        iam.ManagedPolicy(
            "BreakGlassPolicy",
            Description="Permissions of the break-glass role",
            Path=_PATH,
            PolicyDocument=document(*_undo_statements()),
        )
    )
    return template.add_resource(
        iam.Role(
            "BreakGlassRole",
            Description="For emergencies: taken by people with a second factor",
            Path=_PATH,
            AssumeRolePolicyDocument=_people(),
            ManagedPolicyArns=[Ref(policy)],
            MaxSessionDuration=_SECONDS,
            PermissionsBoundary=Ref(policy),
        )
    )


def _people() -> PolicyDocument:
    """Return trust in the account's principals with a second factor, which services do not have."""
    recent = [
        Bool({"aws:MultiFactorAuthPresent": "true"}),
        NumericLessThan({"aws:MultiFactorAuthAge": _SECONDS}),
    ]
    return document(
        Statement(
            Effect=Allow,
            Principal=account_root(),
            Action=[sts.AssumeRole],
            Condition=Condition(recent),
        )
    )


def _undo_statements() -> list[Statement]:
    buckets = "s3:::${Project}-*"
    points = ("backup:*:${AWS::AccountId}:recovery-point:*", "ec2:*::snapshot/*")
    ours = ForAnyValueStringLike({"kms:ResourceAliases": Sub("alias/${Project}/*")})
    tagged = StringEquals({"aws:ResourceTag/project": Ref("Project")})
    keys = arn("kms:*:${AWS::AccountId}:key/*")
    listing: list[Action] = [s3.ListBucket, s3.ListBucketVersions]
    reading: list[Action] = [secretsmanager.DescribeSecret, secretsmanager.GetSecretValue]
    return [
        allow("FindObjects", listing, [arn(buckets)]),
        allow("ChangeHeldObjects", _HELD, [arn(f"{buckets}/*")]),
        allow("EndKeys", _KEYS, [keys], Condition(ours)),
        # keys are retained without their alias, which goes with the stack
        allow("EndRetainedKeys", _KEYS, [keys], Condition(tagged)),
        allow("EndRecoveryPoints", _POINTS, [arn(point) for point in points]),
        allow("OpenVaults", _VAULTS, [arn("backup:*:${AWS::AccountId}:backup-vault:${Project}-*")]),
        allow(
            "ReadSecrets",
            reading,
            [arn("secretsmanager:*:${AWS::AccountId}:secret:/${Project}/*")],
        ),
        allow("ReadQueues", _QUEUES, [arn("sqs:*:${AWS::AccountId}:${Project}-*")]),
    ]
