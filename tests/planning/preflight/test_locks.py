"""A final lock of a vault is not changed: AWS Backup would refuse, and the root roll back."""

import pytest
from account_facts import ADDRESS, PLACE, resource

from tidegen.planning.preflight import Subject, Topic, questions, report

FINAL = {"tide": {"days": 35, "final": "2026-01-04"}}


def blocking_findings(lock, answer=None, **given):
    """Return the blocking findings for a deployed vault that is wanted with `lock`."""
    vault = resource("Backup::BackupVault", BackupVaultName="tide", LockConfiguration=lock)
    subject = Subject(
        address=ADDRESS, resources={"Vault": vault}, **{"held": {"Vault": "tide"}, **given}
    )
    asked = questions([subject], thorough=False).get(PLACE, set())
    facts = {question: answer or FINAL for question in asked if question.topic is Topic.LOCKS}
    facts |= {question: {} for question in asked - facts.keys()}
    return [str(item) for item in report([subject], {PLACE: facts}, thorough=False).blocking]


@pytest.mark.parametrize(
    "lock",
    [
        {"MinRetentionDays": "40", "ChangeableForDays": 3},
        {"MinRetentionDays": "7", "ChangeableForDays": 3},
        {"MinRetentionDays": "35"},
    ],
)
def test_another_lock_is_refused_with_the_values_to_write(lock):
    (finding,) = blocking_findings(lock)
    assert "final since 2026-01-04, and AWS Backup refuses to change it" in finding
    assert "set lock_mode COMPLIANCE and lock_days 35 in the environment file" in finding


def test_the_same_lock_and_one_in_its_grace_period_pass():
    same = {"MinRetentionDays": "35", "ChangeableForDays": 3}
    assert blocking_findings(same) == []
    assert blocking_findings({"MinRetentionDays": "40"}, {"tide": {"days": 35, "final": ""}}) == []


def test_a_new_vault_is_not_asked_about():
    assert blocking_findings({"MinRetentionDays": "40"}, added=frozenset({"Vault"})) == []
