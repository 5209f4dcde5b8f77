"""Suppressions: one reason is given to every tool under its own name of the rule."""

from tidegen.blocks.suppressions import unmet, unmet_each


def test_one_rule_of_the_registry_has_three_names():
    assert unmet("Why.", "S3_BUCKET_LOGGING_ENABLED") == {
        "guard": {"SuppressedRules": ["S3_BUCKET_LOGGING_ENABLED"], "Reason": "Why."},
        "checkov": {"skip": [{"id": "CKV_AWS_18", "comment": "Why."}]},
        "cdk_nag": {
            "rules_to_suppress": [{"id": "HIPAA.Security-S3BucketLoggingEnabled", "reason": "Why."}]
        },
    }


def test_a_rule_of_one_tool_is_suppressed_for_that_tool_only():
    assert set(unmet("Why.", "CKV2_AWS_47")) == {"checkov"}
    assert set(unmet("Why.", "HIPAA.Security-EC2EBSInBackupPlan")) == {"cdk_nag"}
    assert set(unmet("Why.", "NO_SUCH_RULE_ELSEWHERE")) == {"guard"}


def test_guard_gets_each_reason_once_in_its_single_field():
    metadata = unmet_each({"B": "First.", "A": "Second.", "C": "First."})
    assert metadata == {"guard": {"SuppressedRules": ["A", "B", "C"], "Reason": "First. Second."}}
