"""The concerns that hold data on the local engine, read back through the services' own APIs."""

import json
from typing import Any

import pytest
from local_cloud import REGION, Cloud, Template

from tests.conftest import ROOT
from tidegen.concerns import backup, data_encryption, log_archive, metrics, replicas, storage
from tidegen.contract import Concern, Context, Field, Scope, roots_of
from tidegen.environments import load_all, parameter_values

OTHER_REGION = "eu-west-1"


def key(cloud: Cloud, name: str, region: str = REGION) -> str:
    return f"arn:aws:kms:{region}:{cloud.account}:key/{name}"


def values(cloud: Cloud) -> dict[str, str]:
    return {
        "Project": "tide",
        "Environment": "dev",
        "PermissionsBoundaryArn": f"arn:aws:iam::{cloud.account}:policy/tide/boundary",
        "WarningTopicArn": f"arn:aws:sns:{REGION}:{cloud.account}:warning",
        "DataKeyArn": key(cloud, "data"),
        "BackupKeyArn": key(cloud, "backup"),
        "BackupRoleArn": f"arn:aws:iam::{cloud.account}:role/tide/dev/backup",
        "MetricsKeyArn": key(cloud, "metrics"),
        "BackupsDays": "35",
        "LockMode": "GOVERNANCE",
        "LockDays": "7",
        "SourceRegion": OTHER_REGION,
        "RecoveryRegion": OTHER_REGION,
        "ReplicaKeyArn": key(cloud, "replica", OTHER_REGION),
        "ReplicaUploadsBucketArn": "arn:aws:s3:::tide-dev-uploads-dr",
        "ReplicaBackupsBucketArn": "arn:aws:s3:::tide-dev-backups-dr",
        "ReplicaAssetsBucketArn": "arn:aws:s3:::tide-dev-assets-dr",
        "ArchiveCopyName": "tide-log-archive-copy",
        "ArchiveCopyKeyArn": key(cloud, "copy", OTHER_REGION),
        "RecoveryVaultArn": f"arn:aws:backup:{OTHER_REGION}:{cloud.account}:backup-vault:dr",
        "AccountAccessLogsBucketName": f"tide-access-logs-{cloud.account}",
        "Protected": "true",
    }


def field_values(concern: Concern) -> dict[str, str]:
    """Values of the inputs that come from fields, from the first environment file that has them."""
    files, scope = load_all(ROOT), concern.scopes[0]
    owners = (file for file in files if has_root(file, scope))
    fields = parameter_values(next(owners), scope, files)
    sources = {item.name: item.source for item in concern.inputs}
    return {
        name: fields[source.name]
        for name, source in sources.items()
        if isinstance(source, Field) and source.name in fields
    }


def has_root(file: Any, scope: Scope) -> bool:
    is_replicated = scope is not Scope.RECOVERY or getattr(file, "recovery", None) is not None
    return scope in roots_of(file.scope) and is_replicated


def deployed(cloud: Cloud, concern: Concern, **more: str) -> dict[str, str]:
    """Physical ids of the concern's resources; `values` and `more` replace those of its fields."""
    template: Template = json.loads(concern.build(Context()).to_json())
    for name, parameter in template["Parameters"].items():
        parameter["Default"] = {**field_values(concern), **values(cloud), **more}[name]
    stack = cloud.create(concern.name, template)
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.reasons(concern.name)
    return cloud.resources(concern.name)


def default_encryption(s3: Any, bucket: str) -> dict[str, Any]:
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["BlockedEncryptionTypes"] == {"EncryptionType": ["SSE-C"]}
    encryption: dict[str, Any] = rule["ApplyServerSideEncryptionByDefault"]
    return encryption


def retention(s3: Any, bucket: str) -> dict[str, Any]:
    lock = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    retention: dict[str, Any] = lock["Rule"]["DefaultRetention"]
    return retention


def test_data_buckets_have_the_templates_properties(cloud: Cloud) -> None:
    ids, s3 = deployed(cloud, storage.CONCERN), cloud.client("s3")
    for title, name in (("UploadsBucket", "data"), ("BackupsBucket", "backup")):
        bucket = ids[title]
        assert default_encryption(s3, bucket)["KMSMasterKeyID"] == key(cloud, name)
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        logged = s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]
        assert logged["TargetBucket"] == ids["AccessLogsBucket"]
        (rule,) = s3.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"]["Rules"]
        replica = rule["Destination"]["EncryptionConfiguration"]["ReplicaKmsKeyID"]
        assert replica == key(cloud, "replica", OTHER_REGION)
        statements = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
        assert {"DenyPlainHttp", "DenyOldTls", "DenyErasure"} <= {s["Sid"] for s in statements}
        closed = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        assert set(closed.values()) == {True}
    assert retention(s3, ids["BackupsBucket"]) == {"Mode": "GOVERNANCE", "Days": 7}
    assert default_encryption(s3, ids["AccessLogsBucket"])["SSEAlgorithm"] == "AES256"


def test_the_archive_is_locked_for_six_years_and_accepts_configs_replicas(cloud: Cloud) -> None:
    ids, s3 = deployed(cloud, log_archive.CONCERN), cloud.client("s3")
    assert retention(s3, ids["LogArchive"]) == {"Mode": "GOVERNANCE", "Days": 2192}
    configuration = s3.get_bucket_replication(Bucket=ids["LogIntake"])
    rule, copied = configuration["ReplicationConfiguration"]["Rules"]
    assert rule["Destination"]["Bucket"] == f"arn:aws:s3:::{ids['LogArchive']}"
    (archived,) = s3.get_bucket_replication(Bucket=ids["LogArchive"])["ReplicationConfiguration"][
        "Rules"
    ]
    assert archived["Destination"] == copied["Destination"]
    assert copied["Destination"]["Bucket"] == "arn:aws:s3:::tide-log-archive-copy"
    kms = cloud.client("kms")
    assert kms.get_key_rotation_status(KeyId=ids["AuditKey"])["KeyRotationEnabled"]
    policy = json.loads(kms.get_key_policy(KeyId=ids["AuditKey"], PolicyName="default")["Policy"])
    assert {"UseByCloudtrail", "UseByDelivery"} <= {s["Sid"] for s in policy["Statement"]}


def deployed_tables(cloud: Cloud) -> dict[str, str]:
    """The tables, and the plan that backs them up."""
    plan = deployed(cloud, backup.CONCERN)["Plan"]
    return {"Plan": plan, **deployed(cloud, metrics.CONCERN, TablesPlanId=plan)}


@pytest.mark.parametrize("title", ["MetricsTable", "AnalyticsTable"])
def test_tables_have_the_templates_properties(cloud: Cloud, title: str) -> None:
    table = deployed_tables(cloud)[title]
    dynamodb = cloud.client("dynamodb")
    deployed_table = dynamodb.describe_table(TableName=table)["Table"]
    assert deployed_table["SSEDescription"]["KMSMasterKeyArn"] == key(cloud, "metrics")
    # the engine keeps a parameter's text where DynamoDB has a boolean
    assert deployed_table["DeletionProtectionEnabled"] in (True, "true")
    assert deployed_table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    ends = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert ends["AttributeName"] == "expiresAt"


def test_recovery_points_are_copied_to_the_other_region(cloud: Cloud) -> None:
    ids, client = deployed(cloud, backup.CONCERN), cloud.client("backup")
    vault = client.describe_backup_vault(BackupVaultName=ids["Vault"])
    assert vault["EncryptionKeyArn"] == key(cloud, "backup")
    (rule,) = client.get_backup_plan(BackupPlanId=ids["Plan"])["BackupPlan"]["Rules"]
    (copy,) = rule["CopyActions"]
    assert copy["DestinationBackupVaultArn"] == values(cloud)["RecoveryVaultArn"]
    assert rule["Lifecycle"] == {"DeleteAfterDays": 35}


def test_the_plan_backs_up_both_tables(cloud: Cloud) -> None:
    ids, client = deployed_tables(cloud), cloud.client("backup")
    (listed,) = client.list_backup_selections(BackupPlanId=ids["Plan"])["BackupSelectionsList"]
    selection = client.get_backup_selection(
        BackupPlanId=ids["Plan"], SelectionId=listed["SelectionId"]
    )["BackupSelection"]
    assert selection["IamRoleArn"] == values(cloud)["BackupRoleArn"]
    tables = [ids["MetricsTable"], ids["AnalyticsTable"]]
    assert [arn.rpartition("/")[2] for arn in selection["Resources"]] == tables


def test_replicas_wait_locked_and_under_their_own_key(cloud: Cloud) -> None:
    ids, s3 = deployed(cloud, replicas.CONCERN), cloud.client("s3")
    assert retention(s3, ids["ReplicaBackupsBucket"]) == {"Mode": "GOVERNANCE", "Days": 7}
    master_key = default_encryption(s3, ids["ReplicaUploadsBucket"])["KMSMasterKeyID"]
    assert master_key.endswith(ids["ReplicaKey"])
    vault = cloud.client("backup").describe_backup_vault(BackupVaultName=ids["RecoveryVault"])
    assert vault["EncryptionKeyArn"] == master_key


def test_every_key_of_the_data_rotates(cloud: Cloud) -> None:
    ids, kms = deployed(cloud, data_encryption.CONCERN), cloud.client("kms")
    for title in ("DataKey", "BackupKey", "DatabaseKey", "MetricsKey"):
        assert kms.get_key_rotation_status(KeyId=ids[title])["KeyRotationEnabled"], title
    aliases = {alias["AliasName"] for alias in kms.list_aliases()["Aliases"]}
    assert aliases >= {f"alias/tide/dev/{name}" for name in ("data", "backup", "database")}
