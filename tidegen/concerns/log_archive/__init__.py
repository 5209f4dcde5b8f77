"""The locked log archive of an account and region, and the intake replicated into it."""

from typing import Any

from awacs import s3 as actions
from awacs.aws import (
    Action,
    ArnLike,
    ArnNotLike,
    Condition,
    ConditionElement,
    Deny,
    Statement,
)
from troposphere import GetAtt, Ref, Sub, Tags, Template, iam, s3

from tidegen.blocks import inputs
from tidegen.blocks.account_copies import (
    ACCOUNT_PATH,
    ARCHIVE,
    HAS_COPY,
    if_copied,
)
from tidegen.blocks.buckets import (
    add_bucket,
    add_bucket_policy,
    deny_except,
    encrypted_with,
    logged_to,
)
from tidegen.blocks.data_buckets import ERASURE, abandoned_uploads, lock
from tidegen.blocks.keys import SHARED_TAG, add_key, logs_use, service_uses
from tidegen.blocks.logs import SIX_YEARS
from tidegen.blocks.policies import EVERYBODY, document, trust
from tidegen.blocks.replication import (
    ROLE,
    replication_read_statements,
    replication_rule,
    replication_write_statements,
)
from tidegen.blocks.roles import BOUNDARY, BREAK_GLASS, add_role
from tidegen.blocks.suppressions import BUCKET_LOCK, REPLICATED, unmet, unmet_each
from tidegen.concerns.log_archive.archives import (
    CLOUDTRAIL,
    CONFIG,
    GUARDDUTY,
    LOGS,
    Delivery,
    delivery_statements,
)
from tidegen.contract import (
    Concern,
    Context,
    KeyUse,
    Kind,
    Output,
    Scope,
)

_ARCHIVE_DAYS = SIX_YEARS + 30  # after the lock, so that expiry never waits for it
_INTAKE_DAYS = 90
_NONCURRENT_DAYS = 30
#: Services that use the audit key, with the actions that their guides ask for: writers of the
#: archives, and publishers to the account's topics.
_KEY_USES = (
    KeyUse("audit", "cloudtrail", ("GenerateDataKey*", "Decrypt", "DescribeKey")),
    KeyUse("audit", "cloudwatch"),
    KeyUse("audit", "config"),
    KeyUse(
        "audit",
        "delivery.logs",
        ("Encrypt", "Decrypt", "ReEncrypt*", "GenerateDataKey*", "DescribeKey"),
    ),
    KeyUse("audit", "events"),
    KeyUse("audit", "guardduty", ("GenerateDataKey",)),
    KeyUse("audit", "sns"),
)


def add_resources(template: Template, _context: Context) -> None:
    """Add the archive, the intake that is replicated into it, and their key."""
    uses = service_uses(_KEY_USES)
    add_key(
        template,
        "AuditKey",
        "audit",
        logs_use(),
        *uses,
        owner="${Project}/account",
        Tags=Tags(SHARED_TAG),
    )
    ARCHIVE.add_condition(template)
    _add_log_archive(template)
    _add_intake(template)
    _add_replication_role(template)


def _add_log_archive(template: Template) -> s3.Bucket:
    """Add the archive, for the trail and the replicas of all objects of the intake."""
    return _add_archive(
        template,
        "LogArchive",
        "log-archive",
        (CLOUDTRAIL,),
        LifecycleConfiguration=_archive_lifecycle(),
        ObjectLockEnabled=True,
        ObjectLockConfiguration=lock(Ref("LockMode"), SIX_YEARS),
        ReplicationConfiguration=if_copied(
            s3.ReplicationConfiguration(Role=GetAtt(ROLE, "Arn"), Rules=[ARCHIVE.rule()])
        ),
        Metadata=unmet_each(REPLICATED),
    )


def _add_intake(template: Template) -> s3.Bucket:
    """Add the intake, for services not documented to deliver to a bucket with Object Lock.

    AWS Config's guide says that Config does not. An object without a retention period takes the
    default of the bucket that it is replicated into.
    """
    return _add_archive(
        template,
        "LogIntake",
        "log-intake",
        (CONFIG, LOGS, GUARDDUTY),
        LifecycleConfiguration=_intake_lifecycle(),
        ReplicationConfiguration=s3.ReplicationConfiguration(
            Role=GetAtt(ROLE, "Arn"), Rules=_intake_rules()
        ),
        Metadata=unmet(
            "AWS Config does not deliver to a bucket with Object Lock, and for log delivery and"
            " GuardDuty it is not documented; every object is replicated into the locked archive.",
            BUCKET_LOCK,
        ),
    )


def _intake_rules() -> list[Any]:
    """Return the rule into this region's archive, and that into the recovery region's.

    S3 replicates no replica again, so the second rule cannot be the archive's.
    """
    into_archive = replication_rule(GetAtt("LogArchive", "Arn"), GetAtt("AuditKey", "Arn"))
    return [into_archive, if_copied(ARCHIVE.rule())]


def _add_archive(
    template: Template,
    title: str,
    purpose: str,
    deliveries: tuple[Delivery, ...],
    **properties: Any,
) -> s3.Bucket:
    """Add a bucket that services write to and that only break-glass roles may erase."""
    bucket = add_bucket(
        template,
        title,
        # A physical name: other accounts and environments name it as their log destination.
        Sub(f"${{Project}}-{purpose}-${{AWS::Region}}-${{AWS::AccountId}}"),
        encrypted_with(GetAtt("AuditKey", "Arn")),
        LoggingConfiguration=logged_to(Ref("AccountAccessLogsBucketName")),
        **properties,
    )
    allowed = [statement for item in deliveries for statement in delivery_statements(bucket, item)]
    erasure = [*ERASURE, actions.DeleteObject]
    guards = [deny_except("DenyErasure", title, erasure), _only_own_folder(title)]
    add_bucket_policy(template, bucket, *allowed, *guards)
    return bucket


def _only_own_folder(title: str) -> Statement:
    """Deny roles of environments every object but those below their own folder.

    The boundary has a wildcard for the region in the bucket's name, and a wildcard covers slashes
    too: alone it would allow folders of others that contain such a path.
    """
    logs = f"${{{title}.Arn}}/AWSLogs/${{AWS::AccountId}}"
    folders = [
        Sub(f"{logs}/{kind}/${{!aws:PrincipalTag/environment}}/*")
        for kind in ("CloudWatch", "CloudWatchFailed")
    ]
    roles = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Project}"
    environments: list[ConditionElement] = [
        ArnLike({"aws:PrincipalArn": Sub(f"{roles}/*")}),
        ArnNotLike({"aws:PrincipalArn": [Sub(f"{roles}/account/*"), BREAK_GLASS]}),
    ]
    return Statement(
        Sid="OnlyOwnFolder",
        Effect=Deny,
        Principal=EVERYBODY,
        Action=[Action("s3", "*")],
        NotResource=[GetAtt(title, "Arn"), *folders],
        Condition=Condition(environments),
    )


def _archive_lifecycle() -> s3.LifecycleConfiguration:
    tier = s3.LifecycleRuleTransition(StorageClass="GLACIER_IR", TransitionInDays=90)
    return _lifecycle("archive", _ARCHIVE_DAYS, Transitions=[tier])


def _intake_lifecycle() -> s3.LifecycleConfiguration:
    """Return the intake's expiry: S3 expires no object with pending or failed replication.

    Source: S3 guide, "Lifecycle and other bucket configurations".
    """
    return _lifecycle("passed-on", _INTAKE_DAYS)


def _lifecycle(name: str, days: int, **extra: Any) -> s3.LifecycleConfiguration:
    expiry = s3.LifecycleRule(
        Id=name,
        Status="Enabled",
        ExpirationInDays=days,
        # expiry only adds a delete marker; without this the version itself would never be deleted
        NoncurrentVersionExpiration=s3.NoncurrentVersionExpiration(NoncurrentDays=_NONCURRENT_DAYS),
        **extra,
    )
    return s3.LifecycleConfiguration(Rules=[expiry, abandoned_uploads()])


def _add_replication_role(template: Template) -> None:
    """Add the role that replicates the intake into the archive, and both to the recovery region."""
    key_arn = GetAtt("AuditKey", "Arn")
    policy = document(
        *replication_read_statements(["LogIntake"], [key_arn]),
        *replication_write_statements([Sub("${LogArchive.Arn}/AWSLogs/*")], key_arn, "AWS::Region"),
    )
    description = "S3 replicates the intake into the archive with it"
    add_role(template, ROLE, trust("s3"), policy, description, path=ACCOUNT_PATH)
    copies = document(
        *replication_read_statements(["LogArchive"], [key_arn]),
        *ARCHIVE.write_statements("AWSLogs/"),
    )
    template.add_resource(
        iam.ManagedPolicy(
            f"{ROLE}CopyPolicy",
            Condition=HAS_COPY,
            Description="S3 copies archived logs to the recovery region with it",
            Path=ACCOUNT_PATH,
            PolicyDocument=copies,
            Roles=[Ref(ROLE)],
        )
    )


CONCERN = Concern(
    scopes=(Scope.ACCOUNT,),
    add_resources=add_resources,
    inputs=(
        inputs.PROJECT,
        BOUNDARY,
        inputs.LOCK_MODE,
        inputs.ACCOUNT_ACCESS_LOGS,
        *ARCHIVE.inputs,
    ),
    outputs=(
        Output(
            "AuditKeyArn",
            Kind.KEY_ARN,
            GetAtt("AuditKey", "Arn"),
            "Key of trail, findings and archives",
            surface=True,
        ),
        Output(
            "LogArchiveBucketName",
            Kind.BUCKET_NAME,
            Ref("LogArchive"),
            "Locked log archive",
            surface=True,
        ),
        Output(
            "LogIntakeBucketName",
            Kind.BUCKET_NAME,
            Ref("LogIntake"),
            "Bucket that receives logs to archive",
            surface=True,
        ),
        Output(
            "LogIntakeBucketArn",
            Kind.BUCKET_ARN,
            GetAtt("LogIntake", "Arn"),
            "Bucket that receives logs to archive",
            surface=True,
        ),
    ),
)
