"""Copies of artifacts and archived logs in the account's recovery region."""

import pytest

from tidegen.concerns import artifacts, audit, log_archive
from tidegen.contract import Context, Root, Scope

CONCERNS = {"artifacts": artifacts.CONCERN, "log-archive": log_archive.CONCERN}
TEMPLATES = {name: concern.build(Context()).to_dict() for name, concern in CONCERNS.items()}
SOURCES = {"ArtifactsBucket": "artifacts", "LogArchive": "log-archive"}
NAMES = {"artifacts": "ArtifactsCopyName", "log-archive": "ArchiveCopyName"}


def copy_of(concern):
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:s3:::${{{NAMES[concern]}}}"}


def key_of(concern):
    return {"Ref": NAMES[concern].replace("Name", "KeyArn")}


def properties(concern, title):
    return TEMPLATES[concern]["Resources"][title]["Properties"]


def statements(concern, policy):
    return {s["Sid"]: s for s in properties(concern, policy)["PolicyDocument"]["Statement"]}


@pytest.mark.parametrize("concern", TEMPLATES)
def test_nothing_is_copied_before_the_recovery_region_has_the_bucket(concern):
    """S3 API, PutBucketReplication: the destination has to exist, with versions."""
    condition = TEMPLATES[concern]["Conditions"]["HasCopy"]
    assert condition == {"Fn::Not": [{"Fn::Equals": [key_of(concern), ""]}]}
    (item,) = [i for i in CONCERNS[concern].inputs if i.name == key_of(concern)["Ref"]]
    assert item.source.in_recovery_region
    assert item.default == ""


@pytest.mark.parametrize(("title", "concern"), SOURCES.items())
def test_every_object_is_copied_under_the_key_of_its_own_region(title, concern):
    condition, configuration, otherwise = properties(concern, title)["ReplicationConfiguration"][
        "Fn::If"
    ]
    assert (condition, otherwise) == ("HasCopy", {"Ref": "AWS::NoValue"})
    (rule,) = configuration["Rules"]
    assert rule["Filter"] == {"Prefix": ""}
    assert rule["Destination"]["Bucket"] == copy_of(concern)
    key = rule["Destination"]["EncryptionConfiguration"]["ReplicaKmsKeyID"]
    assert key == key_of(concern)


def test_logs_of_the_intake_are_copied_by_a_rule_of_their_own():
    """S3 replicates no replica again, and the archive has replicas of the intake (S3 guide, "What
    does Amazon S3 replicate?").
    """
    into_archive, copies = properties("log-archive", "LogIntake")["ReplicationConfiguration"][
        "Rules"
    ]
    condition, rule, otherwise = copies["Fn::If"]
    assert (condition, otherwise) == ("HasCopy", {"Ref": "AWS::NoValue"})
    assert rule["Destination"]["Bucket"] == copy_of("log-archive")
    assert into_archive["Destination"]["Bucket"] == {"Fn::GetAtt": ["LogArchive", "Arn"]}
    assert rule["Priority"] != into_archive["Priority"]
    assert rule["Id"] != into_archive["Id"]


def test_the_copy_of_archived_logs_is_locked_too():
    """The same template in the other region; the retention of an object goes with its copy."""
    assert properties("log-archive", "LogArchive")["ObjectLockEnabled"] is True
    (item,) = [i for i in log_archive.CONCERN.inputs if i.name == "ArchiveCopyName"]
    assert item.source == Root(Scope.ACCOUNT, "LogArchiveBucketName", in_recovery_region=True)
    assert "s3:GetObjectRetention" in copying("log-archive")["ReadVersions"]["Action"]


def copying(concern):
    return statements(concern, POLICIES[concern])


POLICIES = {"artifacts": "ReplicationRolePolicy", "log-archive": "ReplicationRoleCopyPolicy"}
FOLDERS = {"artifacts": "", "log-archive": "AWSLogs/"}


@pytest.mark.parametrize("concern", POLICIES)
def test_the_role_writes_copies_and_nothing_else(concern):
    allowed = copying(concern)
    assert TEMPLATES[concern]["Resources"][POLICIES[concern]]["Condition"] == "HasCopy"
    assert allowed["WriteReplicas"]["Resource"] == [
        {"Fn::Sub": f"{copy_of(concern)['Fn::Sub']}/{FOLDERS[concern]}*"}
    ]
    assert allowed["Encrypt"]["Resource"] == [key_of(concern)]
    via = allowed["Encrypt"]["Condition"]["StringEquals"]["kms:ViaService"]
    assert via == {"Fn::Sub": "s3.${RecoveryRegion}.amazonaws.com"}
    assert "s3:PutObject" not in {a for s in allowed.values() for a in s["Action"]}


def test_nothing_adds_to_the_permissions_of_the_artifacts_role():
    """Its policy is its boundary, and names the bucket, which refers to the role."""
    role = properties("artifacts", "ReplicationRole")
    assert role["Path"] == {"Fn::Sub": "/${Project}/account/"}
    assert role["ManagedPolicyArns"] == [{"Ref": "ReplicationRolePolicy"}]
    assert role["PermissionsBoundary"] == {"Ref": "ReplicationRolePolicy"}
    name = properties("artifacts", "ArtifactsBucket")["BucketName"]["Fn::Sub"]
    reading = copying("artifacts")["ReadVersions"]["Resource"]
    assert reading == [{"Fn::Sub": f"arn:${{AWS::Partition}}:s3:::{name}/*"}]


def test_failed_and_late_copies_are_reported():
    resources = audit.CONCERN.build(Context()).to_dict()["Resources"]
    alarms = {
        title: {d["Name"]: d["Value"] for d in resource["Properties"]["Dimensions"]}
        for title, resource in resources.items()
        if title.endswith(("CopyReplicationFailed", "CopyReplicationLate"))
    }
    assert {dimensions["SourceBucket"]["Ref"] for dimensions in alarms.values()} == {
        "ArtifactsBucketName",
        "LogArchiveBucketName",
        "LogIntakeBucketName",
    }
    assert len(alarms) == 6
    assert {dimensions["RuleId"] for dimensions in alarms.values()} == {"copy"}
    assert all("Condition" in resources[title] for title in alarms)
