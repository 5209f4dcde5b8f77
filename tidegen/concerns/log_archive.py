"""The log archive of an account and region: locked for six years, and Config's own archive."""

from awacs import s3 as actions
from awacs.aws import (
    Allow,
    ArnNotLike,
    Condition,
    Deny,
    Principal,
    Statement,
    StringEquals,
)
from troposphere import GetAtt, Ref, Sub, Template, s3

from tidegen.blocks.buckets import add_bucket, add_bucket_policy, encrypted_with
from tidegen.blocks.inputs import PROJECT, from_field
from tidegen.blocks.keys import add_key, logs_use, service_use
from tidegen.blocks.policies import from_this_account
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

_SIX_YEARS = 2192  # days; HIPAA, 45 CFR 164.316(b)(2)(i)
_WRITERS = ("cloudtrail", "config", "delivery.logs", "guardduty", "sns", "events", "cloudwatch")


def build(_context: Context) -> Template:
    """The log-archive template."""
    template = new_template(CONCERN)
    uses = [
        service_use(KeyUse("audit", service, ("GenerateDataKey*", "Decrypt", "DescribeKey")))
        for service in _WRITERS
    ]
    key = add_key(template, "AuditKey", "audit", logs_use(), *uses, owner="${Project}/account")
    archive = _add_archive(template, "LogArchive", "log-archive", key, locked=True)
    config = _add_archive(template, "ConfigArchive", "config", key, locked=False)
    return add_outputs(
        template,
        CONCERN,
        AuditKeyArn=GetAtt(key, "Arn"),
        LogArchiveBucketName=Ref(archive),
        LogArchiveBucketArn=GetAtt(archive, "Arn"),
        ConfigArchiveBucketName=Ref(config),
    )


def _add_archive(
    template: Template, title: str, purpose: str, key: object, *, locked: bool
) -> s3.Bucket:
    """A bucket that services write and nobody erases.

    AWS Config delivers to no bucket with Object Lock (catalogue row 61), hence a second one.
    """
    lock = {}
    if locked:
        retention = s3.DefaultRetention(Mode=Ref("LockMode"), Days=_SIX_YEARS)
        rule = s3.ObjectLockRule(DefaultRetention=retention)
        configuration = s3.ObjectLockConfiguration(ObjectLockEnabled="Enabled", Rule=rule)
        lock = {"ObjectLockEnabled": True, "ObjectLockConfiguration": configuration}
    bucket = add_bucket(
        template,
        title,
        Sub(f"${{Project}}-{purpose}-${{AWS::Region}}-${{AWS::AccountId}}"),
        encrypted_with(GetAtt(key, "Arn")),
        LifecycleConfiguration=_expiry(),
        Metadata={
            "guard": {
                "SuppressedRules": ["S3_BUCKET_LOGGING_ENABLED", "S3_BUCKET_REPLICATION_ENABLED"],
                "Reason": "The end of the logs' way: logging it would loop. One archive a region.",
            }
        },
        **lock,
    )
    add_bucket_policy(template, bucket, *_deliveries(bucket), _no_erasure(bucket))
    return bucket


def _expiry() -> s3.LifecycleConfiguration:
    tier = s3.LifecycleRuleTransition(StorageClass="GLACIER_IR", TransitionInDays=90)
    rule = s3.LifecycleRule(
        Id="archive", Status="Enabled", Transitions=[tier], ExpirationInDays=_SIX_YEARS + 30
    )
    return s3.LifecycleConfiguration(Rules=[rule])


def _deliveries(bucket: s3.Bucket) -> list[Statement]:
    """What CloudTrail, Config and log delivery ask of their bucket (rows 4, 5 and 11)."""
    services = ["cloudtrail.amazonaws.com", "config.amazonaws.com", "delivery.logs.amazonaws.com"]
    writers = Principal("Service", services)
    acl = {
        "s3:x-amz-acl": "bucket-owner-full-control",
        "aws:SourceAccount": Ref("AWS::AccountId"),
    }
    return [
        Statement(
            Sid="CheckBucket",
            Effect=Allow,
            Principal=writers,
            Action=[actions.GetBucketAcl, actions.ListBucket],
            Resource=[GetAtt(bucket, "Arn")],
            Condition=from_this_account(),
        ),
        Statement(
            Sid="DeliverLogs",
            Effect=Allow,
            Principal=writers,
            Action=[actions.PutObject],
            Resource=[Sub(f"${{{bucket.title}.Arn}}/AWSLogs/${{AWS::AccountId}}/*")],
            Condition=Condition(StringEquals(acl)),
        ),
    ]


def _no_erasure(bucket: s3.Bucket) -> Statement:
    break_glass = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Project}/break-glass/*")
    return Statement(
        Sid="DenyErasure",
        Effect=Deny,
        Principal=Principal("*"),
        Action=[
            actions.DeleteObject,
            actions.DeleteObjectVersion,
            actions.BypassGovernanceRetention,
        ],
        Resource=[Sub(f"${{{bucket.title}.Arn}}/*")],
        Condition=Condition(ArnNotLike({"aws:PrincipalArn": [break_glass]})),
    )


CONCERN = Concern(
    name="log-archive",
    scopes=(Scope.ACCOUNT,),
    purpose="The locked log archive of an account and region, and the archive of AWS Config.",
    build=build,
    inputs=(PROJECT, from_field("LockMode", "retention.lock_mode")),
    outputs=(
        Output("AuditKeyArn", Kind.KEY_ARN, "Key of trail, findings and archives"),
        Output("LogArchiveBucketName", Kind.BUCKET_NAME, "Locked log archive", surface=True),
        Output("LogArchiveBucketArn", Kind.BUCKET_ARN, "Locked log archive", surface=True),
        Output("ConfigArchiveBucketName", Kind.BUCKET_NAME, "Archive of AWS Config"),
    ),
    stateful=("AuditKey", "LogArchive", "ConfigArchive"),
)
