"""Each guard on the forecast of two templates, and with the resource allowed by name."""

import pytest

from tidegen.cloudformation.evaluation import evaluate
from tidegen.cloudformation.schemas import Replacement
from tidegen.errors import InputError, RefusedError
from tidegen.planning.changes import Action, Change, ChangeSource
from tidegen.planning.forecast import forecast
from tidegen.planning.guards import guard_changes, refusals
from tidegen.planning.refusal import lock_consent, resolved

KEPT = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}


def index(name, key="a"):
    return {"IndexName": name, "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}]}


def indexes(*listed):
    return {"GlobalSecondaryIndexes": list(listed), "BillingMode": "PAY_PER_REQUEST"}


#: Changes that AWS accepts with consent.
CASES = {
    "vpc": (
        "AWS::EC2::VPC",
        {"CidrBlock": "10.0.0.0/16"},
        {"CidrBlock": "10.1.0.0/16"},
        "would be replaced, with everything",
    ),
}
#: Changes that AWS refuses, with or without consent.
IMPOSSIBLE = {
    "type": ("AWS::SQS::Queue", {}, {}, "has another type"),
    "key spec": (
        "AWS::KMS::Key",
        {"KeySpec": "SYMMETRIC_DEFAULT"},
        {"KeySpec": "RSA_2048"},
        "cannot change KeySpec",
    ),
    "volume zone": (
        "AWS::EC2::Volume",
        {"AvailabilityZone": "a"},
        {"AvailabilityZone": "b"},
        "cannot change AvailabilityZone",
    ),
    "subnet": (
        "AWS::EC2::Subnet",
        {"CidrBlock": "10.0.0.0/24"},
        {"CidrBlock": "10.0.1.0/24"},
        "conflicts with the subnet",
    ),
    "zone of a subnet": (
        "AWS::EC2::Subnet",
        {"AvailabilityZone": {"Fn::Select": [2, {"Fn::GetAZs": "us-east-1"}]}},
        {"AvailabilityZone": "us-east-1d"},
        "changes its range or zone",
    ),
    "named role": (
        "AWS::IAM::Role",
        {"RoleName": "r", "Path": "/a/"},
        {"RoleName": "r", "Path": "/b/"},
        "is named 'r'",
    ),
    "two new indexes": (
        "AWS::DynamoDB::Table",
        indexes(),
        indexes(index("a"), index("b")),
        "2 index operations",
    ),
    "a recreated index": (
        "AWS::DynamoDB::Table",
        indexes(index("a", "x")),
        indexes(index("a", "y")),
        "2 index operations",
    ),
    "node image and size": (
        "AWS::EKS::Nodegroup",
        {"ReleaseVersion": "1.35.3-20260415", "ScalingConfig": {"MaxSize": "4"}},
        {"ReleaseVersion": "1.35.4-20260601", "ScalingConfig": {"MaxSize": "9"}},
        "changes ReleaseVersion together with ScalingConfig",
    ),
    "jump": ("AWS::EKS::Cluster", {"Version": "1.33"}, {"Version": "1.35"}, "jumps 2 minor"),
    "down": ("AWS::EKS::Nodegroup", {"Version": "1.34"}, {"Version": "1.33"}, "goes down"),
    "a smaller volume": (
        "AWS::EC2::Volume",
        {"Size": "65536"},
        {"Size": "1000"},
        "cannot shrink: Size 65536 to 1000",
    ),
}


def retention(mode, days):
    rule = {"DefaultRetention": {"Mode": mode, "Days": days}}
    return {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": rule}}


def vault(**lock):
    return {"BackupVaultName": "v", **({"LockConfiguration": lock} if lock else {})}


#: Locks: type, before, after, reason. Backup and S3 decide by their own rules; see lasting.py.
LOCKS = {
    "compliance of a vault": (
        "AWS::Backup::BackupVault",
        vault(MinRetentionDays="35"),
        vault(MinRetentionDays="35", ChangeableForDays=3),
        "in COMPLIANCE mode, which nobody can take back after 3 days",
    ),
    "a lock with compliance": (
        "AWS::Backup::BackupVault",
        vault(),
        vault(MinRetentionDays="35", ChangeableForDays=3),
        "in COMPLIANCE mode",
    ),
    "compliance of a bucket": (
        "AWS::S3::Bucket",
        retention("GOVERNANCE", 35),
        retention("COMPLIANCE", 35),
        "in COMPLIANCE mode, which nobody can take back from new objects",
    ),
    "back from compliance": (
        "AWS::Backup::BackupVault",
        vault(MinRetentionDays="35", ChangeableForDays=3),
        vault(MinRetentionDays="35"),
        "would weaken its lock: ChangeableForDays 3 to none",
    ),
    "a shorter lock of a vault": (
        "AWS::Backup::BackupVault",
        vault(MinRetentionDays="3653", ChangeableForDays=3),
        vault(MinRetentionDays="35", ChangeableForDays=3),
        "would weaken its lock: MinRetentionDays 3653 to 35",
    ),
    "no lock": (
        "AWS::Backup::BackupVault",
        vault(MinRetentionDays="35"),
        vault(),
        "would weaken its lock: MinRetentionDays 35 to none",
    ),
    "a shorter lock of objects": (
        "AWS::S3::Bucket",
        retention("COMPLIANCE", 3653),
        retention("COMPLIANCE", 35),
        "would weaken its lock: Days 3653 to 35",
    ),
    "objects back from compliance": (
        "AWS::S3::Bucket",
        retention("COMPLIANCE", 35),
        retention("GOVERNANCE", 35),
        "would weaken its lock: COMPLIANCE to GOVERNANCE",
    ),
}


def changes_of(kind, before, after):
    old_type = "AWS::SNS::Topic" if kind == "AWS::SQS::Queue" else kind
    return forecast(
        {"Part/It": {"Type": old_type, "Properties": before}},
        {"Part/It": {"Type": kind, "Properties": after}},
    )


@pytest.mark.parametrize(("kind", "before", "after", "reason"), CASES.values(), ids=CASES)
def test_a_dangerous_change_is_refused_unless_allowed_by_name(kind, before, after, reason):
    changes = changes_of(kind, before, after)
    (refusal,) = refusals(changes)
    assert reason in refusal.reason
    with pytest.raises(RefusedError, match=r"Part/It: .*--allow-replace Part/It"):
        guard_changes(changes)
    guard_changes(changes, ["It"])
    guard_changes(changes, ["Part/It"])


@pytest.mark.parametrize(("kind", "before", "after", "reason"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_change_that_aws_refuses_is_refused_and_no_option_is_advised(kind, before, after, reason):
    changes = changes_of(kind, before, after)
    (refusal,) = refusals(changes)
    assert reason in refusal.reason
    assert "--allow" not in str(refusal)
    assert refusal.remedy
    for allowed in (["It"], ["Part/It"], [lock_consent("Part/It")]):
        with pytest.raises(RefusedError):
            guard_changes(changes, allowed)


@pytest.mark.parametrize(("kind", "before", "after", "reason"), LOCKS.values(), ids=LOCKS)
def test_a_lock_is_changed_with_its_own_consent_only(kind, before, after, reason):
    changes = changes_of(kind, before, after)
    (refusal,) = refusals(changes)
    assert reason in refusal.reason
    assert str(refusal).endswith("or use --allow-lock Part/It")
    with pytest.raises(RefusedError):
        guard_changes(changes, ["It", "Part/It"])
    guard_changes(changes, [lock_consent("Part/It")])
    guard_changes(changes, [lock_consent("It")])


def test_a_named_resource_with_state_is_replaced_under_no_option():
    role = {"Type": "AWS::IAM::Role", **KEPT}
    before, after = ({"RoleName": "t", "Path": path} for path in ("/a/", "/b/"))
    changes = forecast(
        {"A/T": {**role, "Properties": before}}, {"A/T": {**role, "Properties": after}}
    )
    with pytest.raises(RefusedError, match="the old one stays, named 't', in no stack") as caught:
        guard_changes(changes, ["A/T"])
    assert "--allow" not in str(caught.value)


def test_a_removed_resource_with_state_is_named():
    table = {"Type": "AWS::DynamoDB::Table", **KEPT, "Properties": {"TableName": "t"}}
    changes = forecast({"A/T": table}, {})
    with pytest.raises(RefusedError, match="removed: it stays, named 't', but in no stack"):
        guard_changes(changes)
    guard_changes(changes, ["A/T"])


def lost(path):
    source = ChangeSource.FORECAST
    return Change(path=path, type="T", action=Action.REMOVE, source=source, stateful=True)


def test_consents_are_resolved_to_paths():
    changes = [lost("A/Queue"), lost("B/Queue"), lost("B/Table")]
    allowed = resolved(["A/Queue", "Table", lock_consent("Table")], changes)
    assert allowed == ("A/Queue", "B/Table", lock_consent("B/Table"))
    for name, message in (
        ("Queue", "--allow-replace Queue: names 2 changes; use a path: A/Queue, B/Queue"),
        ("B/Tables", "--allow-replace B/Tables: is no change of this plan; did you mean B/Table?"),
        (lock_consent("Nonexist"), "--allow-lock Nonexist: is no change of this plan; use a path"),
    ):
        with pytest.raises(InputError) as caught:
            resolved([name], changes)
        assert message in str(caught.value)


HARMLESS = {
    "one new index": ("AWS::DynamoDB::Table", indexes(), indexes(index("a"))),
    "a node image and its version": (
        "AWS::EKS::Nodegroup",
        {"ReleaseVersion": "1.34.3-20260415", "Version": "1.34"},
        {"ReleaseVersion": "1.35.4-20260601", "Version": "1.35"},
    ),
    "sizes of nodes": (
        "AWS::EKS::Nodegroup",
        {"ScalingConfig": {"MinSize": "2", "MaxSize": "4"}},
        {"ScalingConfig": {"MinSize": "3", "MaxSize": "9"}},
    ),
    "one step": ("AWS::EKS::Cluster", {"Version": "1.34"}, {"Version": "1.35"}),
    "another name": (
        "AWS::IAM::Role",
        {"RoleName": "a", "Path": "/a/"},
        {"RoleName": "b", "Path": "/b/"},
    ),
    "no name": ("AWS::IAM::Role", {"Path": "/a/"}, {"Path": "/b/"}),
    "a longer lock": (
        "AWS::Backup::BackupVault",
        vault(MinRetentionDays="35"),
        vault(MinRetentionDays="70"),
    ),
    "a bigger volume": ("AWS::EC2::Volume", {"Size": 1}, {"Size": 2}),
    "a zone of the same name": (
        "AWS::Route53::HostedZone",
        {"Name": "a", "DelegationSetId": "x"},
        {"Name": "a", "DelegationSetId": "y"},
    ),
}


@pytest.mark.parametrize(("kind", "before", "after"), HARMLESS.values(), ids=HARMLESS)
def test_a_safe_change_passes(kind, before, after):
    changes = changes_of(kind, before, after)
    assert changes
    guard_changes(changes)


@pytest.mark.parametrize("action", [Action.REMOVE, Action.REPLACE])
def test_state_is_not_lost(action):
    lost = Change(
        path="Net/Vpc", type="T", action=action, source=ChangeSource.FORECAST, stateful=True
    )
    with pytest.raises(RefusedError, match="holds state"):
        guard_changes([lost])
    guard_changes([lost], ["Vpc"])


def test_stateful_resources_that_only_move_are_refused_with_the_remedy():
    bucket = {"Type": "AWS::S3::Bucket", **KEPT, "Properties": {"BucketName": "b"}}
    changes = forecast({"A/Data": bucket}, {"B/Data": bucket})
    with pytest.raises(RefusedError, match=r"B/Data: .*moves from A/Data.*--move Data"):
        guard_changes(changes)


def test_a_conditional_replacement_passes_to_the_stack_policy():
    maybe = Change(
        path="A",
        type="T",
        action=Action.MODIFY,
        source=ChangeSource.CHANGE_SET,
        replacement=Replacement.CONDITIONAL,
        stateful=True,
    )
    guard_changes([maybe])


def exporting(value):
    export = {"Value": {"Ref": value}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-vpc"}}}
    resources = {name: {"Type": "AWS::SQS::Queue"} for name in ("One", "Two")}
    return evaluate({"": {"Resources": resources, "Outputs": {"Vpc": export}}}, {})


def test_a_changed_or_deleted_export_is_refused():
    without = {path: item for path, item in exporting("One").items() if path != "Vpc"}
    for wanted in (exporting("Two"), without):
        with pytest.raises(RefusedError, match=r"Vpc: Export .*another stack imports it"):
            guard_changes(forecast(exporting("One"), wanted))
    guard_changes(forecast(without, exporting("One")))
