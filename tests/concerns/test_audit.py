"""Audit: everything is recorded, important events reach people, no dependency cycles."""

import json
import re

import pytest

from tidegen.blocks.linked_roles import LINKED_SERVICES, OF_ENVIRONMENTS, OF_THE_ACCOUNT
from tidegen.concerns import own_concerns
from tidegen.concerns.audit import CONCERN
from tidegen.concerns.audit.cis_filters import WATCHES
from tidegen.concerns.audit.config_rules import GLOBAL, REGIONAL
from tidegen.concerns.identity import CONCERN as IDENTITY_CONCERN
from tidegen.concerns.log_archive import CONCERN as LOG_ARCHIVE
from tidegen.concerns.metrics import CONCERN as METRICS
from tidegen.contract import Context, Scope

RESOURCES = json.loads(CONCERN.build(Context()).to_json())["Resources"]
IDENTITY = json.loads(IDENTITY_CONCERN.build(Context()).to_json())["Resources"]
ARCHIVE = json.loads(LOG_ARCHIVE.build(Context()).to_json())["Resources"]
#: Number of the control in AWS's documentation → logical id here.
CIS = dict(enumerate(WATCHES, start=1))


def of(kind):
    return {k: v["Properties"] for k, v in RESOURCES.items() if v["Type"] == kind}


def test_one_trail_of_all_regions_exists_in_the_home_region():
    (trail,) = of("AWS::CloudTrail::Trail").values()
    for switch in ("IsMultiRegionTrail", "IncludeGlobalServiceEvents", "IsLogging"):
        assert trail[switch] is True
    assert trail["EnableLogFileValidation"] is True
    assert trail["KMSKeyId"] == {"Ref": "AuditKeyArn"}
    group = {"Fn::GetAtt": ["TrailLogGroup", "Arn"]}  # which ends in :*, as CloudTrail wants it
    assert trail["CloudWatchLogsLogGroupArn"] == group
    # for alarms and searches; the archive keeps events for six years
    assert RESOURCES["TrailLogGroup"]["Properties"]["RetentionInDays"] == 400
    for title in ("Trail", "TrailLogGroup", "TrailRole", "TrailRolePolicy"):
        assert RESOURCES[title]["Condition"] == "IsHomeRegion"


def test_the_trail_reports_unusual_rates():
    (trail,) = of("AWS::CloudTrail::Trail").values()
    insights = {selector["InsightType"] for selector in trail["InsightSelectors"]}
    assert insights == {"ApiCallRateInsight", "ApiErrorRateInsight"}
    rule = RESOURCES["UnusualCalls"]["Properties"]
    assert rule["EventPattern"] == {
        "detail-type": ["AWS Insight via CloudTrail"],
        "detail": {"insightDetails": {"state": ["Start"]}},
    }
    assert rule["Targets"][0]["Arn"] == {"Ref": "FindingsTopic"}
    assert "Condition" not in RESOURCES["UnusualCalls"]  # one trail, but events of each region


def selectors():
    trail = RESOURCES["Trail"]["Properties"]
    assert "EventSelectors" not in trail
    return {
        selector["Name"]: {row.pop("Field"): row for row in selector["FieldSelectors"]}
        for selector in json.loads(json.dumps(trail["AdvancedEventSelectors"]))
    }


def test_the_trail_logs_management_objects_and_tables_but_not_its_own_deliveries():
    by_name = selectors()
    assert by_name["Management events"] == {"eventCategory": {"Equals": ["Management"]}}
    prefix = "arn:${AWS::Partition}:s3:::${Project}-"
    archives = [
        {"Fn::Sub": f"{prefix}{name}-"} for name in ("log-archive", "log-intake", "access-logs")
    ]
    assert by_name["Objects"]["resources.ARN"] == {
        "StartsWith": [{"Fn::Sub": prefix}],
        "NotStartsWith": archives,
    }
    assert by_name["Archived logs"]["resources.ARN"] == {"StartsWith": archives}
    assert by_name["Archived logs"]["eventName"] == {"NotEquals": ["PutObject"]}


def test_data_events_of_tables_are_those_of_every_region():
    """An ARN that begins with the home region would exclude the recovery region's tables."""
    by_name = selectors()
    for name in ("Tables", "Metrics"):
        assert by_name[name]["resources.type"] == {"Equals": ["AWS::DynamoDB::Table"]}
        assert "AWS::Region" not in json.dumps(by_name[name])


def test_reads_of_metrics_are_logged_and_writes_are_not():
    """A write of a metric is no information, and there are more of them than of all others."""
    by_name = selectors()
    assert by_name["Tables"]["resources.ARN"] == {"NotEndsWith": ["-metrics"]}
    assert "eventName" not in by_name["Tables"]
    assert by_name["Metrics"]["resources.ARN"] == {"EndsWith": ["-metrics"]}
    assert by_name["Metrics"]["eventName"] == {
        "NotEquals": ["BatchWriteItem", "PutItem", "UpdateItem"]
    }
    tables = json.loads(METRICS.build(Context()).to_json())["Resources"]
    assert tables["MetricsTable"]["Properties"]["TableName"]["Fn::Sub"].endswith("-metrics")


def test_the_archives_are_named_as_the_selectors_expect():
    for title, purpose in (("LogArchive", "log-archive"), ("LogIntake", "log-intake")):
        name = ARCHIVE[title]["Properties"]["BucketName"]["Fn::Sub"]
        assert name.startswith(f"${{Project}}-{purpose}-")


@pytest.mark.parametrize("title", [*WATCHES, "BreakGlassUse", "SharedKeyChanges"])
def test_every_watch_is_a_filter_on_the_trail_and_an_alarm_to_people(title):
    given = RESOURCES[f"{title}Filter"]
    assert given["Condition"] == RESOURCES[title]["Condition"] == "IsHomeRegion"
    assert given["Properties"]["LogGroupName"] == {"Ref": "TrailLogGroup"}
    (metric,) = given["Properties"]["MetricTransformations"]
    alarm = RESOURCES[title]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (
        metric["MetricNamespace"],
        metric["MetricName"],
    )
    assert alarm["AlarmActions"] == [{"Ref": "FindingsTopic"}]
    # Logs API: PutMetricFilter
    assert len(str(given["Properties"]["FilterPattern"])) <= 1024


def test_assuming_the_role_for_emergencies_raises_an_alarm():
    """Every session of it begins with this call, in any region; the trail has them all."""
    pattern = RESOURCES["BreakGlassUseFilter"]["Properties"]["FilterPattern"]["Fn::Sub"]
    path = IDENTITY["BreakGlassRole"]["Properties"]["Path"]["Fn::Sub"]
    assert pattern.startswith("{($.eventName=AssumeRole) && ($.requestParameters.roleArn=")
    assert f":role{path}*" in pattern


def test_the_filters_are_the_benchmarks_literally():
    """Security Hub compares patterns, so these three are copied from its controls."""
    assert CIS[1] == "RootUse"
    assert CIS[15] == "OrganizationsChanges"
    assert len(WATCHES) == 16  # and one of our own
    assert WATCHES["UnauthorizedCalls"].pattern == (
        '{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}'
    )
    assert WATCHES["KeyDeletion"].pattern == (
        "{($.eventSource=kms.amazonaws.com) && "
        "(($.eventName=DisableKey) || ($.eventName=ScheduleKeyDeletion))}"
    )
    assert WATCHES["TrailChanges"].pattern == (
        "{($.eventName=CreateTrail) || ($.eventName=UpdateTrail) || ($.eventName=DeleteTrail) || "
        "($.eventName=StartLogging) || ($.eventName=StopLogging)}"
    )


def test_every_watched_call_exists():
    """A misspelt name would never match: the names are those of botocore's service models."""
    from botocore.session import Session

    session = Session()
    services = ("accessanalyzer", "cloudtrail", "config", "ec2", "guardduty", "iam", "kms")
    services += ("organizations", "s3")
    known = {n for s in services for n in session.get_service_model(s).operation_names}
    # Events of the console, and calls whose events have an older name.
    known |= {"ConsoleLogin", "HeadBucket", "PutBucketLifecycle", "DeleteBucketReplication"}
    known |= {"DeleteBucketLifecycle"}
    named = {
        name
        for watch in WATCHES.values()
        for name in re.findall(r"eventName ?= ?\"?(\w+)", watch.pattern)
    }
    assert len(named) > 60
    assert named <= known


def test_recorder_and_channel_do_not_wait_for_each_other():
    """A create that fails or never ends (failure recorder-channel-order)."""
    assert "DependsOn" not in RESOURCES["Recorder"]
    assert "DependsOn" not in RESOURCES["DeliveryChannel"]
    group = RESOURCES["Recorder"]["Properties"]["RecordingGroup"]
    assert group == {"AllSupported": True, "IncludeGlobalResourceTypes": {"Ref": "HomeRegion"}}


def test_the_recorder_uses_the_service_linked_role_of_the_account_file():
    """PutConfigRule is refused where the recorder's role has no config:Put*."""
    assert RESOURCES["Recorder"]["Properties"]["RoleARN"] == {
        "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/"
        "config.amazonaws.com/AWSServiceRoleForConfig"
    }
    assert "config.amazonaws.com" in {*LINKED_SERVICES} & {*OF_THE_ACCOUNT} - {*OF_ENVIRONMENTS}
    statements = ARCHIVE["LogIntakePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    service = [s for s in statements if s["Principal"] == {"Service": ["config.amazonaws.com"]}]
    assert {action for s in service for action in s["Action"]} == {
        *("s3:GetBucketAcl", "s3:ListBucket", "s3:PutObject")
    }


def test_configuration_is_delivered_to_the_bucket_without_object_lock():
    """Failure config-bucket-locked; and AWS Config notifies no encrypted topic."""
    channel = RESOURCES["DeliveryChannel"]["Properties"]
    assert channel["S3BucketName"] == {"Ref": "LogIntakeBucketName"}
    assert "ObjectLockEnabled" not in ARCHIVE["LogIntake"]["Properties"]
    assert "SnsTopicARN" not in channel


def test_every_rule_waits_for_the_recorder_and_global_ones_are_evaluated_once():
    rules = {k: v for k, v in RESOURCES.items() if v["Type"] == "AWS::Config::ConfigRule"}
    assert rules.keys() == {*REGIONAL, *GLOBAL}
    assert {rule["DependsOn"] for rule in rules.values()} == {"Recorder"}
    assert {k for k, v in rules.items() if v.get("Condition") == "IsHomeRegion"} == set(GLOBAL)
    identifiers = [rule["Properties"]["Source"]["SourceIdentifier"] for rule in rules.values()]
    assert len(set(identifiers)) == len(identifiers)


def test_the_detector_has_all_features_and_no_data_sources():
    (detector,) = of("AWS::GuardDuty::Detector").values()
    assert "DataSources" not in detector  # failure detector-sources-and-features
    features = {f["Name"]: f for f in detector["Features"]}
    assert {f["Status"] for f in features.values()} == {"ENABLED"}
    assert "EKS_RUNTIME_MONITORING" not in features  # excludes RUNTIME_MONITORING
    managed = {a["Name"] for a in features["RUNTIME_MONITORING"]["AdditionalConfiguration"]}
    assert {"EKS_ADDON_MANAGEMENT", "EC2_AGENT_MANAGEMENT"} <= managed


def test_findings_are_archived_where_guardduty_may_write_with_a_key_it_may_use():
    (destination,) = of("AWS::GuardDuty::PublishingDestination").values()
    assert destination["DestinationProperties"] == {
        "DestinationArn": {"Fn::Sub": "arn:${AWS::Partition}:s3:::${LogIntakeBucketName}"},
        "KmsKeyArn": {"Ref": "AuditKeyArn"},
    }
    policy = ARCHIVE["LogIntakePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    may = {
        a
        for s in policy
        if s["Principal"] == {"Service": ["guardduty.amazonaws.com"]}
        for a in s["Action"]
    }
    assert may == {"s3:GetBucketLocation", "s3:PutObject"}
    key = ARCHIVE["AuditKey"]["Properties"]["KeyPolicy"]["Statement"]
    services = [s["Principal"].get("Service") for s in key if isinstance(s["Principal"], dict)]
    assert ["guardduty.amazonaws.com"] in services


def test_people_get_changes_outside_deploys_and_machines_get_all():
    rule = RESOURCES["GuardChanged"]["Properties"]
    assert rule["Targets"][0]["Arn"] == {"Ref": "FindingsTopic"}
    types = rule["EventPattern"]["detail"]["configurationItem"]["resourceType"]
    assert {"AWS::IAM::User", "AWS::GuardDuty::Detector"} <= set(types)
    platform = {
        resource.resource_type
        for concern in own_concerns()
        if {Scope.ENVIRONMENT, Scope.SHARED, Scope.RECOVERY} & set(concern.scopes)
        for resource in concern.build(Context(own_concerns())).resources.values()
    }
    assert not set(types) & platform  # or every deploy would be a mail
    everything = RESOURCES["Changed"]["Properties"]
    assert "detail" not in everything["EventPattern"]
    assert everything["Targets"][0]["Arn"] == {"Ref": "ChangesTopic"}


def test_trust_in_our_ci_is_no_finding_and_any_other_trust_is():
    (analyzer,) = of("AWS::AccessAnalyzer::Analyzer").values()
    (rule,) = analyzer["ArchiveRules"]
    filters = {item.pop("Property"): item for item in rule["Filter"]}
    assert filters == {
        "principal.Federated": {"Eq": [{"Ref": "OidcProviderArn"}]},
        "resource": {"Contains": [{"Fn::Sub": ":role/${Project}/"}]},
        "resourceType": {"Eq": ["AWS::IAM::Role"]},
    }


def test_findings_of_medium_severity_reach_people_or_the_dead_letter_queue():
    target = RESOURCES["ThreatFound"]["Properties"]["Targets"][0]
    pattern = RESOURCES["ThreatFound"]["Properties"]["EventPattern"]
    assert pattern["detail"]["severity"] == [{"numeric": [">=", 4]}]
    assert target["Arn"] == {"Ref": "FindingsTopic"}
    for rule in of("AWS::Events::Rule").values():
        (target,) = rule["Targets"]
        assert target["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    subscriptions = of("AWS::SNS::Subscription").values()
    assert [s["Endpoint"]["Ref"] for s in subscriptions] == [
        f"SecurityContact{n}" for n in (1, 2, 3)
    ]
    for subscription in subscriptions:
        assert "deadLetterTargetArn" in subscription["RedrivePolicy"]


def test_failed_replication_of_deliveries_raises_an_alarm():
    for title, metric in (
        ("LogIntakeReplicationFailed", "OperationsFailedReplication"),
        ("LogIntakeReplicationLate", "ReplicationLatency"),
    ):
        alarm = RESOURCES[title]["Properties"]
        assert alarm["MetricName"] == metric
        assert alarm["AlarmActions"] == [{"Ref": "FindingsTopic"}]
        dimensions = {d["Name"]: d["Value"] for d in alarm["Dimensions"]}
        assert dimensions["SourceBucket"] == {"Ref": "LogIntakeBucketName"}
        assert dimensions["DestinationBucket"] == {"Ref": "LogArchiveBucketName"}
        assert dimensions["RuleId"] == "recovery"
