"""The log archive of an account and region, locked for six years, and the intake before it."""

from typing import Any

from awacs import s3 as actions
from troposphere import GetAtt, Ref, Sub, Template, s3

from tidegen.blocks import inputs
from tidegen.blocks.buckets import (
    add_bucket,
    add_bucket_policy,
    deny_except,
    encrypted_with,
    logged_to,
)
from tidegen.blocks.data_buckets import ERASURE, abandoned_uploads, lock
from tidegen.blocks.keys import add_key, logs_use, service_uses
from tidegen.blocks.logs import SIX_YEARS
from tidegen.blocks.policies import document, trust
from tidegen.blocks.replication import (
    ROLE,
    replication,
    replication_read_statements,
    replication_write_statements,
)
from tidegen.blocks.roles import BOUNDARY, add_role
from tidegen.blocks.suppressions import unmet
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
    add_outputs,
    new_template,
)

_EXPIRE_DAYS = SIX_YEARS + 30  # after the lock, so that expiry never waits for it
_PASSED_ON_DAYS = 90
_REPLACED_DAYS = 30
#: Who uses the audit key, and how by their guides: writers of the archives, and those who publish
#: to the account's topics.
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


def build(_context: Context) -> Template:
    """The log-archive template."""
    template = new_template(CONCERN)
    uses = service_uses(_KEY_USES)
    key = add_key(template, "AuditKey", "audit", logs_use(), *uses, owner="${Project}/account")
    archive = _add_log_archive(template)
    intake = _add_intake(template)
    _add_replication_role(template)
    return add_outputs(
        template,
        CONCERN,
        AuditKeyArn=GetAtt(key, "Arn"),
        LogArchiveBucketName=Ref(archive),
        LogIntakeBucketName=Ref(intake),
        LogIntakeBucketArn=GetAtt(intake, "Arn"),
    )


def _add_log_archive(template: Template) -> s3.Bucket:
    """The trail, and the replica of all that arrives in the intake."""
    return _add_archive(
        template,
        "LogArchive",
        "log-archive",
        (CLOUDTRAIL,),
        LifecycleConfiguration=_kept(),
        ObjectLockEnabled=True,
        ObjectLockConfiguration=lock(Ref("LockMode"), SIX_YEARS),
        Metadata=unmet(
            "One archive a region: logs stay in their region, where the lock keeps them.",
            "S3_BUCKET_REPLICATION_ENABLED",
        ),
    )


def _add_intake(template: Template) -> s3.Bucket:
    """Where services deliver that do not say that they deliver to a bucket with Object Lock.

    AWS Config says that it does not (its guide). An object without a retention takes the default
    of the bucket that it is replicated into.
    """
    return _add_archive(
        template,
        "LogIntake",
        "log-intake",
        (CONFIG, LOGS, GUARDDUTY),
        LifecycleConfiguration=_passed_on(),
        ReplicationConfiguration=replication(
            GetAtt("LogArchive", "Arn"), GetAtt("AuditKey", "Arn")
        ),
        Metadata=unmet(
            "AWS Config delivers to no bucket with Object Lock, and log delivery and GuardDuty do"
            " not say that they do; every object is replicated into the locked archive.",
            "S3_BUCKET_DEFAULT_LOCK_ENABLED",
        ),
    )


def _add_archive(
    template: Template,
    title: str,
    purpose: str,
    deliveries: tuple[Delivery, ...],
    **properties: Any,
) -> s3.Bucket:
    """A bucket that services write and nobody erases."""
    bucket = add_bucket(
        template,
        title,
        # Known beforehand: other accounts' and environments' logs are pointed at it.
        Sub(f"${{Project}}-{purpose}-${{AWS::Region}}-${{AWS::AccountId}}"),
        encrypted_with(GetAtt("AuditKey", "Arn")),
        LoggingConfiguration=logged_to(Ref("AccountAccessLogsBucketName")),
        **properties,
    )
    accepted = [statement for item in deliveries for statement in delivery_statements(bucket, item)]
    erasure = [*ERASURE, actions.DeleteObject]
    add_bucket_policy(template, bucket, *accepted, deny_except("DenyErasure", title, erasure))
    return bucket


def _kept() -> s3.LifecycleConfiguration:
    tier = s3.LifecycleRuleTransition(StorageClass="GLACIER_IR", TransitionInDays=90)
    return _expiry("archive", _EXPIRE_DAYS, Transitions=[tier])


def _passed_on() -> s3.LifecycleConfiguration:
    """S3 expires no object of which the replication is pending or has failed.

    Source: S3 guide, "Lifecycle and other bucket configurations".
    """
    return _expiry("passed-on", _PASSED_ON_DAYS)


def _expiry(name: str, days: int, **extra: Any) -> s3.LifecycleConfiguration:
    expiry = s3.LifecycleRule(
        Id=name,
        Status="Enabled",
        ExpirationInDays=days,
        # expiry leaves a marker; without this the version itself would stay for ever
        NoncurrentVersionExpiration=s3.NoncurrentVersionExpiration(NoncurrentDays=_REPLACED_DAYS),
        **extra,
    )
    return s3.LifecycleConfiguration(Rules=[expiry, abandoned_uploads()])


def _add_replication_role(template: Template) -> None:
    """S3 copies what arrives into the archive, in the same region and under the same key."""
    key_arn = GetAtt("AuditKey", "Arn")
    policy = document(
        *replication_read_statements(["LogIntake"], [key_arn]),
        *replication_write_statements([Sub("${LogArchive.Arn}/AWSLogs/*")], key_arn, "AWS::Region"),
    )
    path = Sub("/${Project}/account/")
    add_role(
        template,
        ROLE,
        trust("s3"),
        policy,
        "S3 replicates the intake into the archive as it",
        path=path,
    )


CONCERN = Concern(
    name="log-archive",
    scopes=(Scope.ACCOUNT,),
    purpose="The locked log archive of an account and region, and the intake before it.",
    build=build,
    inputs=(
        inputs.PROJECT,
        BOUNDARY,
        inputs.LOCK_MODE,
        inputs.ACCOUNT_ACCESS_LOGS,
    ),
    outputs=(
        Output("AuditKeyArn", Kind.KEY_ARN, "Key of trail, findings and archives", surface=True),
        Output("LogArchiveBucketName", Kind.BUCKET_NAME, "Locked log archive", surface=True),
        Output("LogIntakeBucketName", Kind.BUCKET_NAME, "Where logs are delivered", surface=True),
        Output("LogIntakeBucketArn", Kind.BUCKET_ARN, "Where logs are delivered", surface=True),
    ),
)
