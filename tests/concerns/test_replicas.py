"""The recovery region: one writer, locks, and a vault that is locked in compliance mode."""

import pytest

from tidegen.concerns import storage
from tidegen.concerns.replicas import CONCERN
from tidegen.contract import Context, Root, Scope

TEMPLATE = CONCERN.build(Context()).to_dict()
RESOURCES = TEMPLATE["Resources"]
REPLICAS = ("ReplicaUploadsBucket", "ReplicaBackupsBucket", "ReplicaAssetsBucket")


def properties(title):
    return RESOURCES[title]["Properties"]


def statements(title):
    document = properties(f"{title}Policy")["PolicyDocument"]
    return {s["Sid"]: s for s in document["Statement"]}


@pytest.mark.parametrize("title", REPLICAS)
def test_replicas_have_versions_and_the_key_of_their_own_region(title):
    (rule,) = properties(title)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    key = rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]
    assert key == {"Fn::GetAtt": ["ReplicaKey", "Arn"]}
    assert properties(title)["VersioningConfiguration"] == {"Status": "Enabled"}


@pytest.mark.parametrize("title", REPLICAS)
def test_only_replication_and_break_glass_write_a_replica(title):
    statement = statements(title)["DenyWriting"]
    assert {"s3:PutObject", "s3:DeleteObject"} <= set(statement["Action"])
    allowed = [a["Fn::Sub"] for a in statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"]]
    assert [a.rpartition("role/")[2] for a in allowed] == [
        "${Project}/break-glass/*",
        "${Project}/${Environment}/*ReplicationRole*",
    ]


@pytest.mark.parametrize("title", REPLICAS)
def test_access_logs_go_to_the_accounts_bucket_of_that_region(title):
    target = properties(title)["LoggingConfiguration"]["DestinationBucketName"]
    assert target == {"Ref": "AccountAccessLogsBucketName"}
    (item,) = [i for i in CONCERN.inputs if i.name == "AccountAccessLogsBucketName"]
    assert item.source == Root(Scope.BOOTSTRAP, "AccountAccessLogsBucketName")


def test_infected_objects_cannot_be_read_from_the_replica():
    deny = statements("ReplicaUploadsBucket")["DenyInfected"]
    assert {"s3:GetObject", "s3:GetObjectVersion"} == set(deny["Action"])


def test_private_replicas_are_for_the_readers_of_their_sources():
    """Mail assets are public, so an administrator may copy them into a restored environment."""
    private = {title for title in REPLICAS if "DenyOthers" in statements(title)}
    assert private == {"ReplicaUploadsBucket", "ReplicaBackupsBucket"}


def test_the_replica_of_backups_has_the_sources_lock():
    """S3 replicates a locked bucket only into a locked bucket."""
    source = storage.CONCERN.build(Context()).to_dict()["Resources"]["BackupsBucket"]["Properties"]
    for name in ("ObjectLockEnabled", "ObjectLockConfiguration", "LifecycleConfiguration"):
        assert properties("ReplicaBackupsBucket")[name] == source[name]


def test_deleted_uploads_expire_in_the_replica_after_the_same_days():
    source = storage.CONCERN.build(Context()).to_dict()["Resources"]["UploadsBucket"]
    name = "LifecycleConfiguration"
    assert properties("ReplicaUploadsBucket")[name] == source["Properties"][name]


def test_the_replicas_have_the_names_that_the_replication_role_may_write():
    source = storage.CONCERN.build(Context()).to_dict()["Resources"]["ReplicationRolePolicy"]
    (written,) = [
        s["Resource"]
        for s in source["Properties"]["PolicyDocument"]["Statement"]
        if s["Sid"] == "WriteReplicas"
    ]
    # in the source's template the recovery region is a parameter; here it is the stack's region
    names = [properties(title)["BucketName"]["Fn::Sub"] for title in REPLICAS]
    arns = [a["Fn::Sub"].replace("RecoveryRegion", "AWS::Region") for a in written]
    assert arns == [f"arn:${{AWS::Partition}}:s3:::{name}/*" for name in names]


def test_the_vault_is_locked_permanently_only_in_compliance_mode():
    lock = properties("RecoveryVault")["LockConfiguration"]
    assert lock["MinRetentionDays"] == {"Ref": "LockDays"}
    condition, grace, otherwise = lock["ChangeableForDays"]["Fn::If"]
    assert (condition, otherwise) == ("IsCompliance", {"Ref": "AWS::NoValue"})
    assert grace >= 3


def test_the_vaults_policy_is_an_object_so_that_its_functions_resolve():
    statement, _ = properties("RecoveryVault")["AccessPolicy"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert "backup:DeleteRecoveryPoint" in statement["Action"]
    (allowed,) = statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    assert "Fn::Sub" in allowed


def test_outputs_that_the_environment_uses_are_surfaced():
    surfaced = {output.name for output in CONCERN.outputs if output.surface}
    used = {
        item.source.output
        for item in storage.CONCERN.inputs
        if isinstance(item.source, Root) and item.source.scope is Scope.RECOVERY
    }
    assert used
    assert used <= surfaced
