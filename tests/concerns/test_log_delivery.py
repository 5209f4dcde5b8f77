"""Delivery of logs to the archive: all that must be kept, by roles that may do nothing else."""

import pytest

from tidegen.concerns import own_concerns
from tidegen.concerns.log_archive import CONCERN as LOG_ARCHIVE
from tidegen.concerns.log_delivery import CONCERN
from tidegen.contract import Context

TEMPLATE = CONCERN.build(Context()).to_dict()
RESOURCES = TEMPLATE["Resources"]
GROUPS = ("Application", "ControlPlane", "Database", "Firewall", "Query")
#: Groups that are not archived → reason.
NOT_ARCHIVED = {
    "DeliveryLogGroup": "a delivery's error would cause another delivery",
    "RelayLogGroup": "redacted from a group that is archived",
    "FlowLogGroup": "a second flow log is delivered to the intake",
    "MailArchive": "kept for ten years",
    "DataplaneLogGroup": "the cluster's own components",
    "HostLogGroup": "the nodes' system logs",
    "PerformanceLogGroup": "figures",
    "TrailLogGroup": "the trail is delivered to the archive",
}


def properties(title):
    return RESOURCES[title]["Properties"]


def statements(title):
    return {s["Sid"]: s for s in properties(title)["PolicyDocument"]["Statement"]}


@pytest.mark.parametrize("name", GROUPS)
def test_every_event_of_the_group_goes_to_the_stream(name):
    subscription = properties(f"{name}Subscription")
    assert subscription["LogGroupName"] == {"Ref": f"{name}LogGroupName"}
    assert subscription["FilterPattern"] == ""
    assert subscription["DestinationArn"] == {"Fn::GetAtt": ["DeliveryStream", "Arn"]}
    # CloudWatch Logs tests the role at creation
    assert RESOURCES[f"{name}Subscription"]["DependsOn"] == ["SubscriptionRolePolicy"]


def test_every_log_group_is_archived_or_has_a_reason():
    context = Context(own_concerns())
    groups = {
        title
        for concern in own_concerns()
        for title, resource in concern.build(context).resources.items()
        if resource.resource_type == "AWS::Logs::LogGroup"
    }
    archived = {"LogGroup" if name == "Database" else f"{name}LogGroup" for name in GROUPS}
    assert groups == archived | set(NOT_ARCHIVED)


def test_the_stream_delivers_to_the_intake_compressed_and_encrypted_on_both_sides():
    stream = properties("DeliveryStream")
    assert stream["DeliveryStreamEncryptionConfigurationInput"] == {
        "KeyARN": {"Ref": "LogsKeyArn"},
        "KeyType": "CUSTOMER_MANAGED_CMK",
    }
    destination = stream["ExtendedS3DestinationConfiguration"]
    assert destination["BucketARN"] == {"Ref": "LogIntakeBucketArn"}
    assert destination["CompressionFormat"] == "GZIP"
    key = destination["EncryptionConfiguration"]["KMSEncryptionConfig"]["AWSKMSKeyARN"]
    assert key == {"Ref": "AuditKeyArn"}
    own = "AWSLogs/${AWS::AccountId}/CloudWatch/${Environment}/"
    assert destination["Prefix"]["Fn::Sub"].startswith(own)
    errors = destination["ErrorOutputPrefix"]["Fn::Sub"]
    assert "/CloudWatchFailed/${Environment}/!{firehose:error-output-type}/" in errors
    assert destination["CloudWatchLoggingOptions"]["LogGroupName"] == {"Ref": "DeliveryLogGroup"}


def test_records_are_decompressed_before_objects_are_compressed():
    """CloudWatch Logs compresses each record: an object would be compressed twice."""
    destination = properties("DeliveryStream")["ExtendedS3DestinationConfiguration"]
    kinds = [item["Type"] for item in destination["ProcessingConfiguration"]["Processors"]]
    assert kinds == ["Decompression", "AppendDelimiterToRecord"]


def test_the_stream_writes_only_below_its_environments_prefixes():
    objects = statements("DeliveryRolePolicy")["Deliver"]["Resource"]
    prefix = "${LogIntakeBucketArn}/AWSLogs/${AWS::AccountId}/"
    assert objects == [
        {"Fn::Sub": f"{prefix}{folder}/${{Environment}}/*"}
        for folder in ("CloudWatch", "CloudWatchFailed")
    ]
    trust = properties("DeliveryRole")["AssumeRolePolicyDocument"]["Statement"][0]
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": {"Ref": "AWS::AccountId"}}}


def test_the_streams_objects_are_replicated_into_the_archive():
    archive = LOG_ARCHIVE.build(Context()).to_dict()["Resources"]
    policy = archive["ReplicationRolePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    (replicas,) = [s["Resource"] for s in policy if s["Sid"] == "WriteReplicas"]
    assert replicas == [{"Fn::Sub": "${LogArchive.Arn}/AWSLogs/*"}]


def test_the_subscription_role_may_only_put_records_for_this_account_and_region():
    trust = properties("SubscriptionRole")["AssumeRolePolicyDocument"]["Statement"][0]
    source = trust["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"]
    assert source == "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*"
    (only,) = statements("SubscriptionRolePolicy").values()
    assert set(only["Action"]) == {"firehose:PutRecord", "firehose:PutRecordBatch"}
    assert only["Resource"] == [{"Fn::GetAtt": ["DeliveryStream", "Arn"]}]


def test_alarms_fire_long_before_firehose_drops_records():
    late, failed = properties("DeliveryLate"), properties("DeliveryFailed")
    assert late["MetricName"] == "DeliveryToS3.DataFreshness"
    assert late["Threshold"] + 3 * late["Period"] < 24 * 3600 / 4
    assert failed["MetricName"] == "DeliveryToS3.Success"
    for alarm in (late, failed):
        assert alarm["AlarmActions"] == [{"Ref": "WarningTopicArn"}]
        (dimension,) = alarm["Dimensions"]
        assert dimension == {"Name": "DeliveryStreamName", "Value": {"Ref": "DeliveryStream"}}
