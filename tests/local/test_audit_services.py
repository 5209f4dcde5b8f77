"""The audit concern on the local engine, read back through the services' own APIs."""

import json

import pytest
from local_cloud import REGION, Cloud, Template

from tidegen.concerns.audit import CONCERN
from tidegen.concerns.audit.cis_filters import WATCHES
from tidegen.concerns.audit.config_rules import GLOBAL, REGIONAL
from tidegen.contract import Context


def audit(cloud: Cloud, home_region: str) -> Template:
    """The template, its parameters filled by defaults."""
    template: Template = json.loads(CONCERN.build(Context()).to_json())
    values = {
        "Project": "tide",
        "PermissionsBoundaryArn": f"arn:aws:iam::{cloud.account}:policy/tide/boundary",
        "OidcProviderArn": f"arn:aws:iam::{cloud.account}:oidc-provider/ci.example",
        "HomeRegion": home_region,
        "SecurityContact1": "security@tide.example",
        "SecurityContact2": "",
        "SecurityContact3": "",
        "AuditKeyArn": f"arn:aws:kms:{REGION}:{cloud.account}:key/1",
        "ArtifactsBucketName": f"tide-artifacts-{cloud.account}",
        "LogArchiveBucketName": f"tide-log-archive-{cloud.account}",
        "LogIntakeBucketName": f"tide-log-intake-{cloud.account}",
    }
    for name, value in values.items():
        template["Parameters"][name]["Default"] = value
    return template


def deployed(cloud: Cloud, home_region: str) -> None:
    for purpose in ("log-archive", "log-intake"):
        cloud.client("s3").create_bucket(
            Bucket=f"tide-{purpose}-{cloud.account}",
            CreateBucketConfiguration={"LocationConstraint": REGION},
        )
    stack = cloud.create("audit", audit(cloud, home_region))
    assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.reasons("audit")


def test_the_home_region_has_the_trail_and_all_watches(cloud: Cloud) -> None:
    deployed(cloud, "true")
    cloudtrail = cloud.client("cloudtrail")
    (trail,) = cloudtrail.describe_trails()["trailList"]
    assert trail["IsMultiRegionTrail"]
    assert trail["LogFileValidationEnabled"]
    assert cloudtrail.get_trail_status(Name=trail["Name"])["IsLogging"]
    selectors = cloudtrail.get_event_selectors(TrailName=trail["Name"])["AdvancedEventSelectors"]
    assert len(selectors) == 5
    logs = cloud.client("logs")
    (group,) = logs.describe_log_groups()["logGroups"]
    assert group["retentionInDays"] == 400
    filters = logs.describe_metric_filters(logGroupName=group["logGroupName"])["metricFilters"]
    patterns = {item["filterPattern"] for item in filters}
    named = patterns - {watch.pattern for watch in WATCHES.values()}
    (shared_keys,) = {pattern for pattern in named if "alias/tide/account/*" in pattern}
    (break_glass,) = named - {shared_keys}
    assert f":iam::{cloud.account}:role/tide/break-glass/*" in break_glass
    assert len(patterns) == len(WATCHES) + 2
    alarms = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {alarm["MetricName"] for alarm in alarms} >= set(WATCHES)
    (topic,) = {action for alarm in alarms for action in alarm["AlarmActions"]}
    attributes = cloud.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    assert "cloudwatch.amazonaws.com" in attributes["Policy"]


@pytest.mark.parametrize(
    ("home_region", "expected"), [("true", {**REGIONAL, **GLOBAL}), ("false", REGIONAL)]
)
def test_every_region_records_and_evaluates(
    cloud: Cloud, home_region: str, expected: dict[str, tuple[str, dict[str, str]]]
) -> None:
    deployed(cloud, home_region)
    config = cloud.client("config")
    (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    assert recorder["recordingGroup"]["allSupported"]
    (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert status["recording"]
    rules = config.describe_config_rules()["ConfigRules"]
    assert {r["Source"]["SourceIdentifier"] for r in rules} == {i for i, _ in expected.values()}
    trails = cloud.client("cloudtrail").describe_trails()["trailList"]
    assert bool(trails) is (home_region == "true")
