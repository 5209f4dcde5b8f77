"""The archive and its intake: six years of retention, deliveries by service, and replication."""

import pytest

from tidegen.concerns.log_archive import CONCERN
from tidegen.contract import Context

RESOURCES = CONCERN.build(Context()).to_dict()["Resources"]
ARCHIVES = ("LogArchive", "LogIntake")
ACCOUNT_PATH = "${LogArchive.Arn}/AWSLogs/${AWS::AccountId}"


def properties(title):
    return RESOURCES[title]["Properties"]


def statements(title):
    return {s["Sid"]: s for s in properties(f"{title}Policy")["PolicyDocument"]["Statement"]}


def services(title):
    allowed = [s for s in statements(title).values() if s["Effect"] == "Allow"]
    return {service for s in allowed for service in s["Principal"]["Service"]}


def test_the_lock_lasts_six_years_in_the_accounts_mode_and_objects_expire_later():
    archive = properties("LogArchive")
    assert archive["ObjectLockEnabled"] is True
    retention = archive["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": {"Ref": "LockMode"}, "Days": 2192}
    (rule,) = [r for r in archive["LifecycleConfiguration"]["Rules"] if r["Id"] == "archive"]
    assert rule["ExpirationInDays"] > retention["Days"]


def test_the_intake_without_a_lock_is_replicated_into_the_locked_archive():
    """Failure config-bucket-locked; no guide says that other services support a lock."""
    intake = properties("LogIntake")
    assert "ObjectLockEnabled" not in intake
    rule, copies = intake["ReplicationConfiguration"]["Rules"]
    assert list(copies) == ["Fn::If"]
    assert rule["Destination"]["Bucket"] == {"Fn::GetAtt": ["LogArchive", "Arn"]}
    assert rule["SourceSelectionCriteria"]["SseKmsEncryptedObjects"] == {"Status": "Enabled"}
    key = rule["Destination"]["EncryptionConfiguration"]["ReplicaKmsKeyID"]
    assert key == {"Fn::GetAtt": ["AuditKey", "Arn"]}


def test_each_bucket_allows_the_services_that_deliver_to_it_and_no_other():
    assert services("LogArchive") == {"cloudtrail.amazonaws.com"}
    assert services("LogIntake") == {
        "config.amazonaws.com",
        "delivery.logs.amazonaws.com",
        "guardduty.amazonaws.com",
    }


def test_objects_of_the_intake_expire_once_they_are_replicated():
    """S3 expires no object with pending or failed replication."""
    rule = properties("LogIntake")["LifecycleConfiguration"]["Rules"][0]
    assert rule["ExpirationInDays"] == 90
    assert "Transitions" not in rule


def test_log_delivery_needs_no_acl():
    """Ownership is enforced, and a delivery without the header would be refused."""
    condition = statements("LogIntake")["DeliveryByDeliveryLogs"]["Condition"]
    assert "s3:x-amz-acl" not in condition["StringEquals"]


def test_flow_logs_with_hive_prefixes_may_be_delivered():
    """The VPC's second flow log writes below `aws-account-id=`, not below the account id."""
    (_plain, hive) = statements("LogIntake")["DeliveryByDeliveryLogs"]["Resource"]
    assert hive == {"Fn::Sub": "${LogIntake.Arn}/AWSLogs/aws-account-id=${AWS::AccountId}/*"}


@pytest.mark.parametrize("title", ARCHIVES)
def test_every_delivery_is_limited_to_this_account(title):
    for sid, statement in statements(title).items():
        if statement["Effect"] != "Allow":
            continue
        condition = statement["Condition"]
        account = condition.get("StringEquals", {}).get("aws:SourceAccount")
        arn = condition.get("ArnLike", {}).get("aws:SourceArn", {}).get("Fn::Sub", "")
        assert account == {"Ref": "AWS::AccountId"} or "${AWS::AccountId}" in arn, sid


def test_the_trail_is_identified_by_its_arn_and_config_by_its_account():
    trail = statements("LogArchive")["DeliveryByCloudtrail"]
    assert trail["Resource"] == [{"Fn::Sub": f"{ACCOUNT_PATH}/*"}]
    assert trail["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith(":trail/*")
    config = statements("LogIntake")["DeliveryByConfig"]
    assert config["Resource"][0]["Fn::Sub"].endswith("/AWSLogs/${AWS::AccountId}/Config/*")


@pytest.mark.parametrize("title", ARCHIVES)
def test_only_break_glass_may_erase(title):
    statement = statements(title)["DenyErasure"]
    assert {"s3:DeleteObject", "s3:DeleteObjectVersion"} <= set(statement["Action"])
    (allowed,) = statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    assert allowed["Fn::Sub"].endswith("role/${Project}/break-glass/*")


@pytest.mark.parametrize("title", ARCHIVES)
def test_access_to_the_archives_is_logged(title):
    """CIS: access logging on the trail's bucket."""
    target = properties(title)["LoggingConfiguration"]["DestinationBucketName"]
    assert target == {"Ref": "AccountAccessLogsBucketName"}


def test_the_replication_role_reads_the_intake_and_writes_the_archive():
    allowed = {
        s["Sid"]: s for s in properties("ReplicationRolePolicy")["PolicyDocument"]["Statement"]
    }
    assert allowed["ReadVersions"]["Resource"] == [{"Fn::Sub": "${LogIntake.Arn}/*"}]
    assert allowed["WriteReplicas"]["Resource"] == [{"Fn::Sub": "${LogArchive.Arn}/AWSLogs/*"}]
