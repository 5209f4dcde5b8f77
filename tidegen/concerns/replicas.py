"""What waits in the recovery region: replicas of uploads and backups, their key, and a vault."""

from troposphere import GetAtt, Ref, Sub, Tags, Template, s3

from tidegen.blocks import inputs
from tidegen.blocks.data_buckets import (
    add_data_bucket,
    backups_lifecycle,
    deny_others,
    lifecycle,
    lock,
)
from tidegen.blocks.keys import account_use, add_key
from tidegen.blocks.malware_scans import deny_infected
from tidegen.blocks.replication import REPLICA_BACKUPS, REPLICA_UPLOADS
from tidegen.blocks.suppressions import unmet
from tidegen.blocks.vaults import add_vault
from tidegen.contract import Concern, Context, Kind, Output, Scope, add_outputs, new_template

_LOCK = "S3_BUCKET_DEFAULT_LOCK_ENABLED"
_REPLICATION = "S3_BUCKET_REPLICATION_ENABLED"
#: The account's own in that region: nothing else here is logged, and a disaster needs none of them.
_LOGS = Ref(inputs.ACCOUNT_ACCESS_LOGS.name)
_IS_THE_REPLICA = "This is the replica: a copy of the copy would never come to rest."


def build(_context: Context) -> Template:
    """The recovery region's template. It stands before the environment, which names its ARNs."""
    template = new_template(CONCERN)
    uses = [account_use(service) for service in ("backup", "s3", "secretsmanager")]
    key = add_key(template, "ReplicaKey", "replica", *uses)
    uploads = _add_uploads(template)
    backups = _add_backups(template)
    name = Sub("${Project}-${Environment}-recovery")
    vault = add_vault(template, "RecoveryVault", name, GetAtt(key, "Arn"))
    return add_outputs(
        template,
        CONCERN,
        ReplicaKeyArn=GetAtt(key, "Arn"),
        ReplicaUploadsBucketArn=GetAtt(uploads, "Arn"),
        ReplicaBackupsBucketArn=GetAtt(backups, "Arn"),
        RecoveryVaultArn=GetAtt(vault, "BackupVaultArn"),
    )


def _add_uploads(template: Template) -> s3.Bucket:
    return add_data_bucket(
        template,
        "ReplicaUploadsBucket",
        REPLICA_UPLOADS,
        GetAtt("ReplicaKey", "Arn"),
        _LOGS,
        replica=True,
        # the tags of scans are replicated with the objects
        statements=(deny_others("ReplicaUploadsBucket"), deny_infected("ReplicaUploadsBucket")),
        LifecycleConfiguration=lifecycle(Ref("NoncurrentDays")),
        Tags=_origin(),
        Metadata=unmet(f"{_IS_THE_REPLICA} Locked no more than its source.", _LOCK, _REPLICATION),
    )


def _add_backups(template: Template) -> s3.Bucket:
    """S3 replicates a locked bucket into a locked bucket only."""
    return add_data_bucket(
        template,
        "ReplicaBackupsBucket",
        REPLICA_BACKUPS,
        GetAtt("ReplicaKey", "Arn"),
        _LOGS,
        replica=True,
        statements=(deny_others("ReplicaBackupsBucket"),),
        ObjectLockEnabled=True,
        ObjectLockConfiguration=lock(Ref("LockMode"), Ref("LockDays")),
        LifecycleConfiguration=backups_lifecycle(),
        Tags=_origin(),
        Metadata=unmet(_IS_THE_REPLICA, _REPLICATION),
    )


def _origin() -> Tags:
    """Where the data comes from, for whoever finds the bucket in a disaster."""
    return Tags(SourceRegion=Ref("SourceRegion"))


CONCERN = Concern(
    name="replicas",
    scopes=(Scope.RECOVERY,),
    purpose="Replicas of uploads and backups in the recovery region, their key, and a vault.",
    build=build,
    inputs=(
        *inputs.NAMES,
        inputs.ACCOUNT_ACCESS_LOGS,
        inputs.from_field("SourceRegion", "source.region"),
        inputs.from_field("NoncurrentDays", "retention.noncurrent_days"),
        inputs.BACKUPS_DAYS,
        inputs.LOCK_MODE,
        inputs.LOCK_DAYS,
    ),
    outputs=(
        Output("ReplicaKeyArn", Kind.KEY_ARN, "Key of everything here", surface=True),
        Output("ReplicaUploadsBucketArn", Kind.BUCKET_ARN, "Replica of the uploads", surface=True),
        Output("ReplicaBackupsBucketArn", Kind.BUCKET_ARN, "Replica of the backups", surface=True),
        Output("RecoveryVaultArn", Kind.ARN, "Vault of copied recovery points", surface=True),
    ),
)
