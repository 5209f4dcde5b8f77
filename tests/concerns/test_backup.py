"""Recovery points: a locked vault, the right resources only, copies where there is a replica."""

from tidegen.concerns.backup import CONCERN
from tidegen.contract import Context

TEMPLATE = CONCERN.build(Context()).to_dict()
RESOURCES = TEMPLATE["Resources"]
(RULE,) = RESOURCES["Plan"]["Properties"]["BackupPlan"]["BackupPlanRule"]
SELECTION = RESOURCES["Selection"]["Properties"]["BackupSelection"]


def test_the_vault_is_encrypted_and_locked():
    vault = RESOURCES["Vault"]["Properties"]
    assert vault["EncryptionKeyArn"] == {"Ref": "BackupKeyArn"}
    assert vault["LockConfiguration"]["MinRetentionDays"] == {"Ref": "LockDays"}
    erasure, policy = vault["AccessPolicy"]["Statement"]
    assert {erasure["Effect"], policy["Effect"]} == {"Deny"}
    assert "backup:DeleteRecoveryPoint" in erasure["Action"]
    assert "backup:PutBackupVaultAccessPolicy" in policy["Action"]
    assert len(erasure["Condition"]["ArnNotLike"]["aws:PrincipalArn"]) == 1


def test_only_tagged_resources_of_this_environment_are_selected():
    """An account may hold several environments: none backs up, or keeps, another's data."""
    wanted = {
        c["ConditionKey"]: c["ConditionValue"] for c in SELECTION["Conditions"]["StringEquals"]
    }
    assert wanted == {
        "aws:ResourceTag/Backup": "true",
        "aws:ResourceTag/project": {"Ref": "Project"},
        "aws:ResourceTag/environment": {"Ref": "Environment"},
    }
    kinds = [arn["Fn::Sub"].rpartition(":")[2] for arn in SELECTION["Resources"]]
    assert kinds == ["volume/*", "table/*"]


def test_recovery_points_go_to_the_recovery_region_where_there_is_one():
    (copy,) = RULE["CopyActions"]
    condition, action, otherwise = copy["Fn::If"]
    assert condition == "HasReplica"
    assert action["DestinationBackupVaultArn"] == {"Ref": "RecoveryVaultArn"}
    assert action["Lifecycle"] == {"DeleteAfterDays": {"Ref": "BackupsDays"}}
    assert otherwise == {"Ref": "AWS::NoValue"}


def test_backups_run_every_six_hours_and_end():
    assert RULE["ScheduleExpression"] == "cron(0 5/6 * * ? *)"
    assert RULE["Lifecycle"] == {"DeleteAfterDays": {"Ref": "BackupsDays"}}
    assert RULE["StartWindowMinutes"] < RULE["CompletionWindowMinutes"]


def test_tables_and_volumes_carry_the_tag():
    from tidegen.composition import build_assets
    from tidegen.concerns import database, metrics, own_concerns

    concerns = own_concerns()
    context = Context(concerns, build_assets(concerns))
    for concern in (database.CONCERN, metrics.CONCERN):
        kinds = ("AWS::EC2::Volume", "AWS::DynamoDB::Table")
        found = [
            item["Properties"]["Tags"]
            for item in concern.build(context).to_dict()["Resources"].values()
            if item["Type"] in kinds
        ]
        assert found
        assert all({"Key": "Backup", "Value": "true"} in tags for tags in found)


def test_restores_are_tested_every_week_under_a_key_of_ours():
    plan = RESOURCES["RestoreTests"]["Properties"]
    assert plan["ScheduleExpression"] == "cron(0 3 ? * SUN *)"
    vaults = plan["RecoveryPointSelection"]["IncludeVaults"]
    assert vaults == [{"Fn::GetAtt": ["Vault", "BackupVaultArn"]}]
    keys = {"VolumesRestoreTest": "kmsKeyId", "TablesRestoreTest": "kmsMasterKeyArn"}
    for title, key in keys.items():
        test = RESOURCES[title]["Properties"]
        assert test["RestoreMetadataOverrides"][key] == {"Ref": "BackupKeyArn"}
        assert test["ValidationWindowHours"] == 1


def test_tests_restore_what_backups_select():
    wanted = {
        c["ConditionKey"]: c["ConditionValue"] for c in SELECTION["Conditions"]["StringEquals"]
    }
    for title in ("VolumesRestoreTest", "TablesRestoreTest"):
        conditions = RESOURCES[title]["Properties"]["ProtectedResourceConditions"]
        assert {c["Key"]: c["Value"] for c in conditions["StringEquals"]} == wanted


def test_the_name_of_the_tests_has_no_hyphen():
    """AWS Backup takes letters, digits and underscores only."""
    name = RESOURCES["RestoreTests"]["Properties"]["RestoreTestingPlanName"]
    separator, parts = name["Fn::Join"]
    assert separator == "_"
    assert parts["Fn::Split"][0] == "-"
