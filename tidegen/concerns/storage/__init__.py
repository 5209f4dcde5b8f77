"""Buckets of an environment: uploads, backups, mail assets, and the access logs of them all."""

from troposphere import GetAtt, Ref, Sub, Template, s3

from tidegen.blocks import inputs
from tidegen.blocks.access_logs import add_access_logs_bucket, from_load_balancers
from tidegen.blocks.conditions import add_replica_condition
from tidegen.blocks.data_buckets import (
    OUR_ALGORITHM,
    add_data_bucket,
    backups_lifecycle,
    bucket_name,
    deny_others,
    lifecycle,
    lock,
)
from tidegen.blocks.malware_scans import add_malware_scans, deny_infected
from tidegen.blocks.replication import (
    REPLICA_BACKUPS,
    REPLICA_UPLOADS,
    Pair,
    add_replication_alarms,
    add_replication_role,
    optional_replication,
)
from tidegen.blocks.roles import BOUNDARY
from tidegen.blocks.suppressions import unmet, unmet_each
from tidegen.concerns.storage.batch_copies import add_batch_role
from tidegen.concerns.storage.content_delivery import add_distribution, read_by
from tidegen.contract import Concern, Context, Input, Kind, Output, Scope, add_outputs, new_template

UPLOADS = Pair(
    bucket="UploadsBucket",
    key_arn=inputs.DATA_KEY.name,
    replica_arn="ReplicaUploadsBucketArn",
    replica_purpose=REPLICA_UPLOADS,
    deletions=True,
)
BACKUPS = Pair(
    bucket="BackupsBucket",
    key_arn=inputs.BACKUP_KEY.name,
    replica_arn="ReplicaBackupsBucketArn",
    replica_purpose=REPLICA_BACKUPS,
)
_LOCK = "S3_BUCKET_DEFAULT_LOCK_ENABLED"
_REPLICATION = "S3_BUCKET_REPLICATION_ENABLED"
#: The registry's rule sees that there is a replication; cdk-nag's looks into it.
_REPLICATED = {
    "HIPAA.Security-S3BucketReplicationEnabled": "Replicates where the environment has a recovery "
    "region; the rule does not look into Fn::If."
}


def build(_context: Context) -> Template:
    """The storage template: the log target first, as every other bucket names it."""
    template = new_template(CONCERN)
    add_replica_condition(template)
    bucket = add_access_logs_bucket(
        template,
        "AccessLogsBucket",
        bucket_name("access-logs"),
        from_load_balancers("AccessLogsBucket"),
        logs=Ref(inputs.ACCOUNT_ACCESS_LOGS.name),
    )
    logs = Ref(bucket)
    uploads = _add_uploads(template, logs)
    backups = _add_backups(template, logs)
    assets = _add_assets(template, logs)
    add_malware_scans(template, "UploadScans", UPLOADS.bucket, Ref(UPLOADS.key_arn))
    add_replication_role(template, (UPLOADS, BACKUPS))
    add_replication_alarms(template, (UPLOADS, BACKUPS))
    batch = add_batch_role(template, (UPLOADS, BACKUPS), UPLOADS)
    return add_outputs(
        template,
        CONCERN,
        UploadsBucketName=Ref(uploads),
        UploadsBucketArn=GetAtt(uploads, "Arn"),
        BackupsBucketName=Ref(backups),
        BackupsBucketArn=GetAtt(backups, "Arn"),
        AssetsBucketName=Ref(assets),
        AssetsBucketArn=GetAtt(assets, "Arn"),
        AssetsUrl=Sub("https://${AssetsDistribution.DomainName}"),
        AccessLogsBucketName=logs,
        BatchRoleArn=GetAtt(batch, "Arn"),
    )


def _add_uploads(template: Template, logs: Ref) -> s3.Bucket:
    """Raw device uploads. Not locked: patients may ask for their data to be deleted.

    The blob service asks for SSE-S3 in every upload (tidepool-org/platform,
    `store/unstructured/s3/s3.go`, Put), and an upload refused is data lost. Once it asks for
    nothing, the bucket's key holds for its objects too, and AES256 can go from here
    (docs/decisions/015).
    """
    return add_data_bucket(
        template,
        UPLOADS.bucket,
        "uploads",
        Ref(UPLOADS.key_arn),
        logs,
        algorithms=(OUR_ALGORITHM, "AES256"),
        statements=(deny_others(UPLOADS.bucket), deny_infected(UPLOADS.bucket)),
        LifecycleConfiguration=lifecycle(Ref("NoncurrentDays")),
        ReplicationConfiguration=optional_replication(UPLOADS),
        Metadata=unmet_each(
            {_LOCK: "A lock would hold data that its owner wants deleted.", **_REPLICATED}
        ),
    )


def _add_backups(template: Template, logs: Ref) -> s3.Bucket:
    """Backups: locked from their first second, expired after their retention."""
    return add_data_bucket(
        template,
        BACKUPS.bucket,
        "backups",
        Ref(BACKUPS.key_arn),
        logs,
        statements=(deny_others(BACKUPS.bucket),),
        ObjectLockEnabled=True,
        ObjectLockConfiguration=lock(Ref("LockMode"), Ref("LockDays")),
        LifecycleConfiguration=backups_lifecycle(),
        ReplicationConfiguration=optional_replication(BACKUPS),
        Metadata=unmet_each(_REPLICATED),
    )


def _add_assets(template: Template, logs: Ref) -> s3.Bucket:
    """Logos of mails, which the world may see; made from source, so neither locked nor copied."""
    reason = "Published from source: a copy is a publication away, and an old one is no evidence."
    distribution = add_distribution(template, "AssetsDistribution", "AssetsBucket")
    return add_data_bucket(
        template,
        "AssetsBucket",
        "assets",
        Ref("DataKeyArn"),
        logs,
        statements=(read_by(distribution, "AssetsBucket"),),
        LifecycleConfiguration=lifecycle(Ref("NoncurrentDays")),
        Metadata=unmet(reason, _LOCK, _REPLICATION),
    )


def _from_recovery(name: str, kind: Kind, description: str) -> Input:
    return inputs.from_root(Scope.RECOVERY, name, kind, f"{description}, or empty", default="")


CONCERN = Concern(
    name="storage",
    scopes=(Scope.ENVIRONMENT,),
    purpose="Buckets of uploads, backups, mail assets and access logs, and their replication.",
    build=build,
    inputs=(
        *inputs.NAMES,
        BOUNDARY,
        inputs.WARNING_TOPIC,
        inputs.ACCOUNT_ACCESS_LOGS,
        inputs.DATA_KEY,
        inputs.BACKUP_KEY,
        inputs.from_field("NoncurrentDays", "retention.noncurrent_days"),
        inputs.BACKUPS_DAYS,
        inputs.LOCK_MODE,
        inputs.LOCK_DAYS,
        inputs.RECOVERY_REGION,
        _from_recovery("ReplicaKeyArn", Kind.KEY_ARN, "Key of the replicas"),
        _from_recovery("ReplicaUploadsBucketArn", Kind.BUCKET_ARN, "Replica of the uploads"),
        _from_recovery("ReplicaBackupsBucketArn", Kind.BUCKET_ARN, "Replica of the backups"),
    ),
    outputs=(
        Output("BatchRoleArn", Kind.ROLE_ARN, "Role of S3 Batch Operations", surface=True),
        Output("UploadsBucketName", Kind.BUCKET_NAME, "Bucket of raw device uploads", surface=True),
        Output("UploadsBucketArn", Kind.BUCKET_ARN, "Bucket of raw device uploads", surface=True),
        Output("BackupsBucketName", Kind.BUCKET_NAME, "Bucket of backups", surface=True),
        Output("BackupsBucketArn", Kind.BUCKET_ARN, "Bucket of backups"),
        Output("AssetsBucketName", Kind.BUCKET_NAME, "Bucket of mail assets", surface=True),
        Output("AssetsBucketArn", Kind.BUCKET_ARN, "Bucket of mail assets", surface=True),
        Output(
            "AssetsUrl",
            Kind.STRING,
            "Where mail readers find the mail assets (the services' ASSET_URL)",
            surface=True,
        ),
        Output(
            "AccessLogsBucketName",
            Kind.BUCKET_NAME,
            "Bucket of access logs, under s3/ and alb/",
            surface=True,
        ),
    ),
)
