"""Replicas of uploads, backups and mail assets in the recovery region, their key, and a vault."""

from typing import Any

from awacs.aws import Statement
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
from tidegen.blocks.replication import REPLICA_ASSETS, REPLICA_BACKUPS, REPLICA_UPLOADS
from tidegen.blocks.suppressions import BUCKET_LOCK, BUCKET_REPLICATION, unmet
from tidegen.blocks.vaults import add_vault
from tidegen.contract import Concern, Context, Kind, Output, Scope

#: The account's bucket of that region: recovery does not depend on access logs.
_LOGS = Ref(inputs.ACCOUNT_ACCESS_LOGS.name)
_IS_THE_REPLICA = "This is the replica, which is not replicated again."


def add_resources(template: Template, _context: Context) -> None:
    """Add the replicas, deployed before the environment that uses their ARNs."""
    uses = [account_use(service) for service in ("backup", "s3", "secretsmanager")]
    key = add_key(template, "ReplicaKey", "replica", *uses)
    _add_uploads(template)
    _add_backups(template)
    _add_assets(template)
    name = Sub("${Project}-${Environment}-recovery")
    add_vault(template, "RecoveryVault", name, GetAtt(key, "Arn"))


def _add_uploads(template: Template) -> s3.Bucket:
    title = "ReplicaUploadsBucket"
    return _add_replica(
        template,
        title,
        REPLICA_UPLOADS,
        deny_others(title),
        deny_infected(title),  # the tags of scans are replicated with the objects
        LifecycleConfiguration=lifecycle(Ref("NoncurrentDays")),
        Metadata=unmet(
            f"{_IS_THE_REPLICA} Like its source it is not locked.", BUCKET_LOCK, BUCKET_REPLICATION
        ),
    )


def _add_backups(template: Template) -> s3.Bucket:
    """Add the backups' replica, locked: S3 replicates a locked bucket only into a locked one."""
    return _add_replica(
        template,
        "ReplicaBackupsBucket",
        REPLICA_BACKUPS,
        deny_others("ReplicaBackupsBucket"),
        ObjectLockEnabled=True,
        ObjectLockConfiguration=lock(Ref("LockMode"), Ref("LockDays")),
        LifecycleConfiguration=backups_lifecycle(),
        Metadata=unmet(_IS_THE_REPLICA, BUCKET_REPLICATION),
    )


def _add_assets(template: Template) -> s3.Bucket:
    """Add the mail assets' replica. They are public, so that any administrator may copy them."""
    return _add_replica(
        template,
        "ReplicaAssetsBucket",
        REPLICA_ASSETS,
        LifecycleConfiguration=lifecycle(Ref("NoncurrentDays")),
        Metadata=unmet(
            f"{_IS_THE_REPLICA} Like its source it is not locked.", BUCKET_LOCK, BUCKET_REPLICATION
        ),
    )


def _add_replica(
    template: Template, title: str, purpose: str, *statements: Statement, **properties: Any
) -> s3.Bucket:
    """Add a bucket that only replication writes, tagged with the region of its source."""
    return add_data_bucket(
        template,
        title,
        purpose,
        GetAtt("ReplicaKey", "Arn"),
        _LOGS,
        replica=True,
        statements=statements,
        **properties,
        Tags=Tags(SourceRegion=Ref("SourceRegion")),  # for anyone who finds it in a disaster
    )


CONCERN = Concern(
    scopes=(Scope.RECOVERY,),
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        inputs.ACCOUNT_ACCESS_LOGS,
        inputs.from_field("SourceRegion", "source.region"),
        inputs.from_field("NoncurrentDays", "retention.noncurrent_days"),
        *inputs.RETENTION,
    ),
    outputs=(
        Output(
            "ReplicaKeyArn",
            Kind.KEY_ARN,
            GetAtt("ReplicaKey", "Arn"),
            "Key of the replicas",
            surface=True,
        ),
        Output(
            "ReplicaUploadsBucketArn",
            Kind.BUCKET_ARN,
            GetAtt("ReplicaUploadsBucket", "Arn"),
            "Replica of the uploads",
            surface=True,
        ),
        Output(
            "ReplicaBackupsBucketArn",
            Kind.BUCKET_ARN,
            GetAtt("ReplicaBackupsBucket", "Arn"),
            "Replica of the backups",
            surface=True,
        ),
        Output(
            "ReplicaAssetsBucketArn",
            Kind.BUCKET_ARN,
            GetAtt("ReplicaAssetsBucket", "Arn"),
            "Replica of the mail assets",
            surface=True,
        ),
        Output(
            "RecoveryVaultArn",
            Kind.ARN,
            GetAtt("RecoveryVault", "BackupVaultArn"),
            "Vault of copied recovery points",
            surface=True,
        ),
    ),
)
