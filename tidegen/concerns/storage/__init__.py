"""Buckets of uploads, backups, mail assets and access logs, and their replication."""

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
    REPLICA_ASSETS,
    REPLICA_BACKUPS,
    REPLICA_UPLOADS,
    Pair,
    add_replication_alarms,
    add_replication_role,
    optional_replication,
)
from tidegen.blocks.roles import BOUNDARY
from tidegen.blocks.suppressions import (
    BUCKET_LOCK,
    REPLICATED,
    unmet_each,
)
from tidegen.concerns.storage.batch_copies import add_batch_role
from tidegen.concerns.storage.content_delivery import add_distribution, allow_distribution
from tidegen.contract import Concern, Context, Input, Kind, Output, Scope

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
ASSETS = Pair(
    bucket="AssetsBucket",
    key_arn=inputs.DATA_KEY.name,
    replica_arn="ReplicaAssetsBucketArn",
    replica_purpose=REPLICA_ASSETS,
    deletions=True,
)
_REPLICATED = (UPLOADS, BACKUPS, ASSETS)


def add_resources(template: Template, _context: Context) -> None:
    """Add the buckets: first that of the access logs, which all others refer to."""
    add_replica_condition(template)
    bucket = add_access_logs_bucket(
        template,
        "AccessLogsBucket",
        bucket_name("access-logs"),
        from_load_balancers("AccessLogsBucket"),
        logs=Ref(inputs.ACCOUNT_ACCESS_LOGS.name),
    )
    logs = Ref(bucket)
    _add_uploads(template, logs)
    _add_backups(template, logs)
    _add_assets(template, logs)
    add_malware_scans(template, "UploadScans", UPLOADS.bucket, Ref(UPLOADS.key_arn))
    add_replication_role(template, _REPLICATED)
    add_replication_alarms(template, _REPLICATED)
    add_batch_role(template, _REPLICATED, UPLOADS)


def _add_uploads(template: Template, logs: Ref) -> s3.Bucket:
    """Add the bucket of raw device uploads. Not locked: patients may ask for deletion.

    The blob service requests SSE-S3 in every upload (tidepool-org/platform,
    `store/unstructured/s3/s3.go`, Put), and a refused upload is lost data. Once it requests no
    encryption, the bucket's key applies to its objects too, and AES256 can be removed here
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
            {BUCKET_LOCK: "A lock would keep data that its owner wants deleted.", **REPLICATED}
        ),
    )


def _add_backups(template: Template, logs: Ref) -> s3.Bucket:
    """Add the bucket of backups: locked at creation, expired after their retention period."""
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
        Metadata=unmet_each(REPLICATED),
    )


def _add_assets(template: Template, logs: Ref) -> s3.Bucket:
    """Add the bucket of mail logos: public, and built from source, so not locked."""
    reason = "Published from source, and can be published again; old versions are no evidence."
    distribution = add_distribution(template, "AssetsDistribution", "AssetsBucket")
    return add_data_bucket(
        template,
        ASSETS.bucket,
        "assets",
        Ref(ASSETS.key_arn),
        logs,
        statements=(allow_distribution(distribution, "AssetsBucket"),),
        LifecycleConfiguration=lifecycle(Ref("NoncurrentDays")),
        ReplicationConfiguration=optional_replication(ASSETS),
        Metadata=unmet_each({BUCKET_LOCK: reason, **REPLICATED}),
    )


def _replica_bucket(name: str, description: str) -> Input:
    return inputs.from_root(Scope.RECOVERY, name, Kind.BUCKET_ARN, description, default="")


CONCERN = Concern(
    scopes=(Scope.ENVIRONMENT,),
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        BOUNDARY,
        inputs.WARNING_TOPIC,
        inputs.ACCOUNT_ACCESS_LOGS,
        inputs.DATA_KEY,
        inputs.BACKUP_KEY,
        inputs.from_field("NoncurrentDays", "retention.noncurrent_days"),
        *inputs.RETENTION,
        inputs.RECOVERY_REGION,
        inputs.REPLICA_KEY,
        _replica_bucket("ReplicaUploadsBucketArn", "Replica of the uploads, or empty"),
        _replica_bucket("ReplicaBackupsBucketArn", "Replica of the backups, or empty"),
        _replica_bucket("ReplicaAssetsBucketArn", "Replica of the mail assets, or empty"),
    ),
    outputs=(
        Output(
            "BatchRoleArn",
            Kind.ROLE_ARN,
            GetAtt("BatchRole", "Arn"),
            "Role of S3 Batch Operations",
            surface=True,
        ),
        Output(
            "UploadsBucketName",
            Kind.BUCKET_NAME,
            Ref("UploadsBucket"),
            "Bucket of raw device uploads",
            surface=True,
        ),
        Output(
            "UploadsBucketArn",
            Kind.BUCKET_ARN,
            GetAtt("UploadsBucket", "Arn"),
            "Bucket of raw device uploads",
            surface=True,
        ),
        Output(
            "BackupsBucketName",
            Kind.BUCKET_NAME,
            Ref("BackupsBucket"),
            "Bucket of backups",
            surface=True,
        ),
        Output(
            "BackupsBucketArn", Kind.BUCKET_ARN, GetAtt("BackupsBucket", "Arn"), "Bucket of backups"
        ),
        Output(
            "AssetsBucketName",
            Kind.BUCKET_NAME,
            Ref("AssetsBucket"),
            "Bucket of mail assets",
            surface=True,
        ),
        Output(
            "AssetsBucketArn",
            Kind.BUCKET_ARN,
            GetAtt("AssetsBucket", "Arn"),
            "Bucket of mail assets",
            surface=True,
        ),
        Output(
            "AssetsUrl",
            Kind.STRING,
            Sub("https://${AssetsDistribution.DomainName}"),
            "Address of the mail assets (the services' ASSET_URL)",
            surface=True,
        ),
        Output(
            "AccessLogsBucketName",
            Kind.BUCKET_NAME,
            Ref("AccessLogsBucket"),
            "Bucket of access logs, under s3/ and alb/",
            surface=True,
        ),
    ),
)
