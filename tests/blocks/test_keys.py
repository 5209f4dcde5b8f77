"""Every key of every template: its administration, its uses, and its retention."""

import fnmatch
import json
import re

import pytest

from tests.built import CONCERNS, resources

TEMPLATES = {concern.name: resources(concern) for concern in CONCERNS}
KEYS = [
    (name, title)
    for name, template in TEMPLATES.items()
    for title, item in template.items()
    if item["Type"] == "AWS::KMS::Key"
]
each = pytest.mark.parametrize(("concern", "title"), KEYS)
ROOT = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
ANYBODY = {"AWS": "*"}


def properties(concern, title):
    return TEMPLATES[concern][title]["Properties"]


def statements(concern, title):
    return properties(concern, title)["KeyPolicy"]["Statement"]


@each
def test_keys_rotate_every_year_and_deletion_waits_thirty_days(concern, title):
    key = properties(concern, title)
    assert key["EnableKeyRotation"] is True
    assert key["RotationPeriodInDays"] == 365
    assert key["PendingWindowInDays"] == 30


@each
def test_the_accounts_iam_administers_the_key(concern, title):
    """Failure key-without-administrator: without this nobody could change the policy again."""
    first = statements(concern, title)[0]
    assert first["Principal"] == ROOT
    assert first["Action"] == ["kms:*"]
    assert "Condition" not in first


@each
def test_only_break_glass_and_the_rollback_of_a_create_delete_keys(concern, title):
    """A policy that blocked CloudFormation would leave a failed create that cannot be removed."""
    deny = statements(concern, title)[1]
    assert deny["Effect"] == "Deny"
    assert deny["Principal"] == "*"
    assert set(deny["Action"]) == {"kms:ScheduleKeyDeletion", "kms:DisableKey"}
    allowed = [a["Fn::Sub"] for a in deny["Condition"]["ArnNotLike"]["aws:PrincipalArn"]]
    assert allowed[0].endswith("role/${Project}/break-glass/*")
    via = deny["Condition"].get("StringNotEquals", {}).get("aws:CalledViaLast")
    by_role = any("ExecutionRole" in arn for arn in allowed)
    assert by_role != (via == "cloudformation.amazonaws.com")


@each
def test_principals_are_this_account_and_bounded_services(concern, title):
    """Failure role-missing: a role that does not exist yet would make the policy invalid."""
    for statement in statements(concern, title)[2:]:
        assert statement["Effect"] == "Allow"
        principal = statement["Principal"]
        if principal == ANYBODY:
            assert statement["Condition"]["StringEquals"].keys() == {"kms:CallerAccount"}
            assert statement["Condition"]["ArnEquals"].keys() == {"aws:PrincipalArn"}
        elif principal != ROOT:
            assert principal.keys() == {"Service"}
        assert "AWS::AccountId" in json.dumps(statement["Condition"]), statement["Sid"]


def test_keys_of_instances_allow_auto_scalings_role_by_condition_not_as_principal():
    """Failures role-missing and volume-key-closed.

    The account as principal would only let IAM decide, and the role's policy
    says nothing of keys: every encrypted instance would die at launch.
    """
    for concern, title in (("encryption", "NodesKey"), ("data-encryption", "DatabaseKey")):
        by_sid = {s["Sid"]: s for s in statements(concern, title)}
        for sid in ("UseByAutoScaling", "GrantByAutoScaling"):
            assert by_sid[sid]["Principal"] == ANYBODY
            role = by_sid[sid]["Condition"]["ArnEquals"]["aws:PrincipalArn"]["Fn::Sub"]
            assert role.endswith(
                "/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
            )
        grant = by_sid["GrantByAutoScaling"]["Condition"]["Bool"]
        assert grant == {"kms:GrantIsForAWSResource": "true"}


def test_log_delivery_may_use_the_archives_key_as_its_guide_requires():
    """VPC guide, "Required key policy for use with SSE-KMS buckets"."""
    by_sid = {s["Sid"]: s for s in statements("log-archive", "AuditKey")}
    assert {"kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"} <= set(
        by_sid["UseByDelivery"]["Action"]
    )
    assert by_sid["UseByGuardduty"]["Action"] == ["kms:GenerateDataKey"]


def groups():
    for name, template in TEMPLATES.items():
        for title, item in template.items():
            group = item["Properties"] if item["Type"] == "AWS::Logs::LogGroup" else {}
            if group.get("KmsKeyId") == {"Ref": "LogsKeyArn"}:
                yield name, title, group


@pytest.mark.parametrize(("concern", "title", "group"), list(groups()))
def test_the_logs_key_covers_every_log_group_of_an_environment(concern, title, group):
    """A log group whose name the key's policy does not cover: failure log-group-key-closed."""
    (use,) = (s for s in statements("encryption", "LogsKey") if s["Sid"] == "UseByLogs")
    patterns = use["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
    # CloudFormation names an unnamed group after its stack, which is named after the environment
    name = group.get("LogGroupName", {"Fn::Sub": f"${{Project}}-${{Environment}}-{title}"})

    def text(value):
        return re.sub(r"\$\{(\w+)\}", r"<\1>", value["Fn::Sub"])

    wanted = [text(p).partition(":log-group:")[2] for p in patterns]
    assert any(fnmatch.fnmatchcase(text(name), pattern) for pattern in wanted)
