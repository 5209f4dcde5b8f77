"""The tables: encrypted, recoverable, with a ceiling, and denied to other accounts."""

import pytest

from tidegen.concerns.metrics import CONCERN
from tidegen.contract import Context

RESOURCES = CONCERN.build(Context()).to_dict()["Resources"]
each = pytest.mark.parametrize("title", ["MetricsTable", "AnalyticsTable"])


def properties(title):
    return RESOURCES[title]["Properties"]


@each
def test_tables_are_encrypted_recoverable_and_protected(title):
    table = properties(title)
    assert table["SSESpecification"]["KMSMasterKeyId"] == {"Ref": "MetricsKeyArn"}
    recovery = table["PointInTimeRecoverySpecification"]
    assert recovery == {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}
    assert table["DeletionProtectionEnabled"] == {
        "Fn::If": ["IsFirstDeploy", "false", {"Ref": "Protected"}]
    }


def test_the_names_of_the_tables_are_physical():
    """A restore needs both names, and the trail's selectors one of them."""
    assert properties("AnalyticsTable")["TableName"] == {
        "Fn::Sub": "${Project}-${Environment}-analytics"
    }
    assert properties("MetricsTable")["TableName"] == {
        "Fn::Sub": "${Project}-${Environment}-metrics"
    }


@each
def test_index_and_table_have_the_same_ceiling(title):
    """Without one on the index, the cost of a runaway writer would have no limit."""
    ceiling = {
        "MaxReadRequestUnits": {"Ref": "MaxReadUnits"},
        "MaxWriteRequestUnits": {"Ref": "MaxWriteUnits"},
    }
    assert properties(title)["BillingMode"] == "PAY_PER_REQUEST"
    assert properties(title)["OnDemandThroughput"] == ceiling
    (index,) = properties(title)["GlobalSecondaryIndexes"]
    assert index["OnDemandThroughput"] == ceiling


@each
def test_no_key_is_shown_in_contributor_insights(title):
    """Its graphs have keys in plain text (DynamoDB API, UpdateContributorInsights)."""
    table = properties(title)
    for item in (table, *table["GlobalSecondaryIndexes"]):
        assert "ContributorInsightsSpecification" not in item
    for alarm in ("ReadThrottled", "WriteThrottled"):
        assert "Contributor Insights" not in properties(f"{title}{alarm}")["AlarmDescription"]


@each
def test_every_attribute_is_a_key(title):
    """DynamoDB refuses a definition that no key uses, and a key without one."""
    table = properties(title)
    schemas = [table["KeySchema"], *(i["KeySchema"] for i in table["GlobalSecondaryIndexes"])]
    used = {part["AttributeName"] for schema in schemas for part in schema}
    assert {d["AttributeName"] for d in table["AttributeDefinitions"]} == used


@each
def test_the_tables_policy_only_denies(title):
    statements = properties(title)["ResourcePolicy"]["PolicyDocument"]["Statement"]
    assert {s["Effect"] for s in statements} == {"Deny"}
    assert {s["Sid"] for s in statements} >= {"DenyPlainHttp", "DenyOtherAccounts"}


@each
def test_throttling_of_reads_and_writes_warns(title):
    for operation in ("Read", "Write"):
        alarm = properties(f"{title}{operation}Throttled")
        assert alarm["MetricName"] == f"{operation}ThrottleEvents"
        assert alarm["Dimensions"] == [{"Name": "TableName", "Value": {"Ref": title}}]
        assert alarm["AlarmActions"] == [{"Ref": "WarningTopicArn"}]
