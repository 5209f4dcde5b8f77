"""Recovery points: a locked vault, the right resources only, copies in a recovery region."""

import json

import pytest

from tidegen.composition import build_assets
from tidegen.concerns import database, metrics
from tidegen.concerns.backup import CONCERN
from tidegen.contract import Context

TEMPLATE = CONCERN.build(Context()).to_dict()
RESOURCES = TEMPLATE["Resources"]
PLANS = {"Plan": "cron(0 5/6 * * ? *)", "TablesPlan": "cron(0 6 * * ? *)"}
each_plan = pytest.mark.parametrize("plan", PLANS)


def rule_of(plan):
    (rule,) = RESOURCES[plan]["Properties"]["BackupPlan"]["BackupPlanRule"]
    return rule


def test_the_vault_is_encrypted_and_locked():
    vault = RESOURCES["Vault"]["Properties"]
    assert vault["EncryptionKeyArn"] == {"Ref": "BackupKeyArn"}
    assert vault["LockConfiguration"]["MinRetentionDays"] == {"Ref": "LockDays"}
    erasure, policy = vault["AccessPolicy"]["Statement"]
    assert {erasure["Effect"], policy["Effect"]} == {"Deny"}
    assert "backup:DeleteRecoveryPoint" in erasure["Action"]
    assert "backup:PutBackupVaultAccessPolicy" in policy["Action"]
    assert len(erasure["Condition"]["ArnNotLike"]["aws:PrincipalArn"]) == 1


@each_plan
def test_recovery_points_go_to_the_recovery_region_where_there_is_one(plan):
    (copy,) = rule_of(plan)["CopyActions"]
    condition, action, otherwise = copy["Fn::If"]
    assert condition == "HasReplica"
    assert action["DestinationBackupVaultArn"] == {"Ref": "RecoveryVaultArn"}
    assert action["Lifecycle"] == {"DeleteAfterDays": {"Ref": "BackupsDays"}}
    assert otherwise == {"Ref": "AWS::NoValue"}


@each_plan
def test_volumes_are_backed_up_every_six_hours_and_tables_which_are_copied_whole_daily(plan):
    rule = rule_of(plan)
    assert rule["ScheduleExpression"] == PLANS[plan]
    assert rule["Lifecycle"] == {"DeleteAfterDays": {"Ref": "BackupsDays"}}
    assert rule["StartWindowMinutes"] < rule["CompletionWindowMinutes"]


@pytest.mark.parametrize(
    ("concern", "plan"),
    [(database.CONCERN, "VolumesPlanId"), (metrics.CONCERN, "TablesPlanId")],
    ids=["database", "metrics"],
)
def test_every_volume_and_table_is_selected_by_its_own_arn(concern, plan):
    resources = concern.build(Context(assets=build_assets([concern]))).to_dict()["Resources"]
    kinds = ("AWS::EC2::Volume", "AWS::DynamoDB::Table")
    stores = {title for title, item in resources.items() if item["Type"] in kinds}
    selection = resources["BackupSelection"]["Properties"]
    assert selection["BackupPlanId"] == {"Ref": plan}
    selected = selection["BackupSelection"]["Resources"]
    assert stores
    assert {title for title in stores for arn in selected if title in json.dumps(arn)} == stores
    assert len(selected) == len(stores)


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


def test_tests_restore_everything_in_the_vault():
    for title in ("VolumesRestoreTest", "TablesRestoreTest"):
        test = RESOURCES[title]["Properties"]
        assert test["ProtectedResourceArns"] == ["*"]
        assert "ProtectedResourceConditions" not in test


def test_the_name_of_the_tests_has_no_hyphen():
    """AWS Backup accepts letters, digits and underscores only."""
    name = RESOURCES["RestoreTests"]["Properties"]["RestoreTestingPlanName"]
    separator, parts = name["Fn::Join"]
    assert separator == "_"
    assert parts["Fn::Split"][0] == "-"
