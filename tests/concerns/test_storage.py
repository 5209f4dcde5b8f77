"""Uploads and backups: encrypted, logged, retained, locked, and replicated by a limited role."""

import pytest

from tidegen.concerns import data_encryption
from tidegen.concerns.storage import CONCERN
from tidegen.contract import Context

TEMPLATE = CONCERN.build(Context()).to_dict()
RESOURCES = TEMPLATE["Resources"]
DATA = ("UploadsBucket", "BackupsBucket", "AssetsBucket")
REPLICATED = ("UploadsBucket", "BackupsBucket", "AssetsBucket")


def properties(title):
    return RESOURCES[title]["Properties"]


def statements(title):
    document = properties(f"{title}Policy")["PolicyDocument"]
    return {s.get("Sid"): s for s in document["Statement"]}


def lifecycle(title):
    return {rule["Id"]: rule for rule in properties(title)["LifecycleConfiguration"]["Rules"]}


@pytest.mark.parametrize("title", DATA)
def test_data_buckets_are_encrypted_logged_versioned_and_send_events(title):
    bucket = properties(title)
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert rule["BucketKeyEnabled"] is True
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["LoggingConfiguration"]["DestinationBucketName"] == {"Ref": "AccessLogsBucket"}
    bridge = bucket["NotificationConfiguration"]["EventBridgeConfiguration"]
    assert bridge == {"EventBridgeEnabled": True}


@pytest.mark.parametrize("title", DATA)
def test_an_upload_without_encryption_headers_gets_the_default(title):
    """A negated operator alone would match a missing header and refuse every plain upload."""
    for sid in ("DenyOtherKeys", "DenyOtherAlgorithms"):
        condition = statements(title)[sid]["Condition"]
        (header,) = condition["StringNotEquals"]
        assert condition["Null"] == {header: "false"}


@pytest.mark.parametrize("title", DATA)
def test_only_break_glass_removes_versions(title):
    statement = statements(title)["DenyErasure"]
    assert statement["Effect"] == "Deny"
    assert {"s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"} <= set(statement["Action"])
    (allowed,) = statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    assert allowed["Fn::Sub"].endswith("role/${Project}/break-glass/*")


def test_backups_are_locked_by_default_and_expire():
    bucket = properties("BackupsBucket")
    assert bucket["ObjectLockEnabled"] is True
    retention = bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": {"Ref": "LockMode"}, "Days": {"Ref": "LockDays"}}
    assert lifecycle("BackupsBucket")["expire"]["ExpirationInDays"] == {"Ref": "BackupsDays"}


def test_an_expired_backup_is_deleted_after_a_day():
    """Not after `noncurrent_days` more; S3 does not delete a version that is still locked."""
    replaced = lifecycle("BackupsBucket")["replaced-versions"]
    assert replaced["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}


def test_backups_have_no_transition_after_the_shortest_expiry():
    for rule in lifecycle("BackupsBucket").values():
        assert all(t["TransitionInDays"] == 0 for t in rule.get("Transitions", ()))


def test_uploads_never_expire():
    assert not any("ExpirationInDays" in rule for rule in lifecycle("UploadsBucket").values())


@pytest.mark.parametrize("title", REPLICATED)
def test_replication_has_the_current_schema_and_encrypts_the_replicas(title):
    """Failures replica-without-versions and replication-rule-old."""
    condition, configuration, otherwise = properties(title)["ReplicationConfiguration"]["Fn::If"]
    assert (condition, otherwise) == ("HasReplica", {"Ref": "AWS::NoValue"})
    (rule,) = configuration["Rules"]
    assert {"Filter", "Priority", "DeleteMarkerReplication"} <= rule.keys()
    encryption = rule["Destination"]["EncryptionConfiguration"]
    assert encryption == {"ReplicaKmsKeyID": {"Ref": "ReplicaKeyArn"}}
    assert rule["SourceSelectionCriteria"]["SseKmsEncryptedObjects"] == {"Status": "Enabled"}


@pytest.mark.parametrize(
    ("title", "status"),
    [("UploadsBucket", "Enabled"), ("BackupsBucket", "Disabled"), ("AssetsBucket", "Enabled")],
)
def test_all_deletions_but_those_of_backups_are_replicated(title, status):
    _, configuration, _ = properties(title)["ReplicationConfiguration"]["Fn::If"]
    (rule,) = configuration["Rules"]
    assert rule["DeleteMarkerReplication"] == {"Status": status}
    assert rule["Filter"] == {"Prefix": ""}  # S3 replicates no markers by tags


def test_all_replication_resources_depend_on_the_replica():
    titles = {k for k in RESOURCES if "Replication" in k}
    assert len(titles) == 2 + 2 * len(REPLICATED)
    assert {RESOURCES[k].get("Condition") for k in titles} == {"HasReplica"}


def test_the_replication_role_reads_sources_and_writes_replicas_only():
    allowed = statements("ReplicationRole")
    assert not any(
        "Delete" in a and "Replicate" not in a for s in allowed.values() for a in s["Action"]
    )
    written = [r["Fn::Sub"] for r in allowed["WriteReplicas"]["Resource"]]
    assert len(written) == len(REPLICATED)
    assert all("-dr-${RecoveryRegion}-" in arn for arn in written)
    for sid, region in (("Decrypt", "AWS::Region"), ("Encrypt", "RecoveryRegion")):
        via = allowed[sid]["Condition"]["StringEquals"]["kms:ViaService"]
        assert via == {"Fn::Sub": f"s3.${{{region}}}.amazonaws.com"}


def test_access_logs_are_kept_for_six_years_under_a_key_that_log_delivery_can_use():
    """Log delivery cannot use such a key: access-logs-refused and access-logs-encrypted."""
    (rule,) = properties("AccessLogsBucket")["BucketEncryption"][
        "ServerSideEncryptionConfiguration"
    ]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert lifecycle("AccessLogsBucket")["expire"]["ExpirationInDays"] >= 6 * 365
    target = properties("AccessLogsBucket")["LoggingConfiguration"]["DestinationBucketName"]
    assert target == {"Ref": "AccountAccessLogsBucketName"}


def test_only_this_accounts_buckets_and_load_balancers_deliver_logs():
    allowed = {k: s for k, s in statements("AccessLogsBucket").items() if s["Effect"] == "Allow"}
    assert allowed.keys() == {"DeliveryFromBuckets", "DeliveryFromLoadBalancers"}
    assert all(s["Action"] == ["s3:PutObject"] for s in allowed.values())
    (path,) = allowed["DeliveryFromLoadBalancers"]["Resource"]
    assert path["Fn::Sub"].endswith("/alb/AWSLogs/${AWS::AccountId}/*")
    buckets = allowed["DeliveryFromBuckets"]["Condition"]
    assert buckets["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


def test_names_fit_into_63_characters():
    for title in (*DATA, "AccessLogsBucket"):
        name = properties(title)["BucketName"]["Fn::Sub"]
        longest = name.replace("${Project}", "tidepool").replace("${Environment}", "development")
        longest = longest.replace("${AWS::Region}", "ap-southeast-2")
        assert len(longest.replace("${AWS::AccountId}", "1" * 12)) <= 63


def test_mail_assets_are_served_by_one_distribution_over_https():
    config = properties("AssetsDistribution")["DistributionConfig"]
    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "https-only"
    assert config["DefaultCacheBehavior"]["AllowedMethods"] == ["GET", "HEAD"]
    (origin,) = config["Origins"]
    assert origin["DomainName"] == {"Fn::GetAtt": ["AssetsBucket", "RegionalDomainName"]}
    access = properties("AssetsDistributionAccessControl")["OriginAccessControlConfig"]
    assert access["SigningBehavior"] == "always"


def test_only_that_distribution_is_allowed_by_a_bucket_policy():
    readers = {
        title: [s["Sid"] for s in statements(title).values() if s["Effect"] == "Allow"]
        for title in DATA
    }
    assert readers == {
        "UploadsBucket": [],
        "BackupsBucket": [],
        "AssetsBucket": ["ReadByCloudFront"],
    }
    source = statements("AssetsBucket")["ReadByCloudFront"]["Condition"]["StringEquals"]
    assert source["aws:SourceArn"]["Fn::Sub"].endswith(":distribution/${AssetsDistribution}")


def test_cloudfront_may_decrypt_only_objects_of_the_assets_bucket():
    """Uploads have the same key."""
    key = data_encryption.CONCERN.build(Context()).to_dict()["Resources"]["DataKey"]["Properties"]
    (use,) = [s for s in key["KeyPolicy"]["Statement"] if s["Sid"] == "UseByCloudFront"]
    assert use["Action"] == ["kms:Decrypt"]
    context = use["Condition"]["StringEquals"]["kms:EncryptionContext:aws:s3:arn"]["Fn::Sub"]
    assert (
        context
        == f"arn:${{AWS::Partition}}:s3:::{properties('AssetsBucket')['BucketName']['Fn::Sub']}"
    )


def test_uploads_are_scanned_and_infected_objects_cannot_be_read():
    plan = properties("UploadScans")
    assert plan["ProtectedResource"] == {"S3Bucket": {"BucketName": {"Ref": "UploadsBucket"}}}
    assert plan["Actions"] == {"Tagging": {"Status": "ENABLED"}}
    assert RESOURCES["UploadScans"]["DependsOn"] == "UploadScansRolePolicy"
    deny = statements("UploadsBucket")["DenyInfected"]
    assert "s3:GetObject" in deny["Action"]
    (tag,) = deny["Condition"]["StringEquals"].items()
    assert tag == ("s3:ExistingObjectTag/GuardDutyMalwareScanStatus", "THREATS_FOUND")


def test_the_scanner_may_read_the_uploads_and_nothing_else():
    allowed = statements("UploadScansRole")
    buckets = {
        part
        for sid in ("Scan", "Listen", "Validate")
        for resource in allowed[sid]["Resource"]
        for part in ([resource["Fn::Sub"]] if "Fn::Sub" in resource else resource["Fn::GetAtt"])
    }
    assert all("UploadsBucket" in part or part == "Arn" for part in buckets)
    assert allowed["Decrypt"]["Resource"] == [{"Ref": "DataKeyArn"}]


def test_batch_operations_replicate_existing_objects_and_copy_back_from_the_replica():
    batch = statements("BatchRole")
    assert batch["Replicate"]["Action"] == ["s3:InitiateReplication"]
    assert batch["Replicate"]["Resource"] == [{"Fn::Sub": f"${{{t}.Arn}}/*"} for t in REPLICATED]
    (replica,) = batch["ReadReplica"]["Resource"]
    assert "-uploads-dr-${AWS::Region}-" in replica["Fn::Sub"]
    assert batch["WriteCopies"]["Resource"] == [{"Fn::Sub": "${UploadsBucket.Arn}/*"}]
    keys = batch["DecryptReplica"]["Condition"]["ForAnyValue:StringEquals"]
    assert keys["kms:ResourceAliases"] == {"Fn::Sub": "alias/${Project}/${Environment}/replica"}
    assert "Condition" not in RESOURCES["BatchRole"]
