"""Audit, mail, backups and alarms, read back through the service's own API."""

import json

from local_cloud import Cloud, Template
from local_templates import BUCKET, ROLE, SUBNET, VPC, a, changed, get, made, ref


def test_trails(cloud: Cloud) -> None:
    def trail(logging: bool) -> Template:
        selectors = [
            {
                "Name": "data",
                "FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Data"]},
                    {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
                ],
            }
        ]
        return a(
            "CloudTrail::Trail",
            S3BucketName=ref("Bucket"),
            IsLogging=logging,
            IsMultiRegionTrail="true",
            EnableLogFileValidation=True,
            AdvancedEventSelectors=selectors,
        )

    ids = made(cloud, Bucket=BUCKET, It=trail(True))
    cloudtrail, name = cloud.client("cloudtrail"), ids["It"]
    deployed_trail = cloudtrail.get_trail(Name=name)["Trail"]
    assert (deployed_trail["IsMultiRegionTrail"], deployed_trail["LogFileValidationEnabled"]) == (
        True,
        True,
    )
    assert cloudtrail.get_trail_status(Name=name)["IsLogging"]
    assert cloudtrail.get_event_selectors(TrailName=name)["AdvancedEventSelectors"]
    assert changed(cloud, Bucket=BUCKET, It=trail(False)) == ids
    assert not cloudtrail.get_trail_status(Name=name)["IsLogging"]
    changed(cloud, Bucket=BUCKET)
    assert not cloudtrail.list_trails()["Trails"]


def test_config(cloud: Cloud) -> None:
    def rule(text: str) -> Template:
        return a(
            "Config::ConfigRule",
            Description=text,
            Source={"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"},
            InputParameters={"isMfaDeleteEnabled": "true"},
        )

    resources = {
        "Bucket": BUCKET,
        "Recorder": a(
            "Config::ConfigurationRecorder",
            RoleARN=ROLE,
            RecordingGroup={"AllSupported": "true", "IncludeGlobalResourceTypes": True},
        ),
        "Channel": a(
            "Config::DeliveryChannel",
            S3BucketName=ref("Bucket"),
            ConfigSnapshotDeliveryProperties={"DeliveryFrequency": "Six_Hours"},
        ),
    }
    ids = made(cloud, **resources, It=rule("one"))
    config = cloud.client("config")
    recorder = config.describe_configuration_recorders()["ConfigurationRecorders"][0]
    assert recorder["recordingGroup"]["allSupported"]
    assert config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0][
        "recording"
    ]
    channel = config.describe_delivery_channels()["DeliveryChannels"][0]
    assert channel["configSnapshotDeliveryProperties"] == {"deliveryFrequency": "Six_Hours"}
    assert changed(cloud, **resources, It=rule("two")) == ids
    assert config.describe_config_rules()["ConfigRules"][0]["Description"] == "two"
    changed(cloud, Bucket=BUCKET)
    assert not config.describe_config_rules()["ConfigRules"]
    assert not config.describe_delivery_channels()["DeliveryChannels"]
    assert not config.describe_configuration_recorders()["ConfigurationRecorders"]


def test_mail(cloud: Cloud) -> None:
    def template(subject: str, name: str = "it") -> Template:
        content = {"TemplateName": name, "SubjectPart": subject, "TextPart": "text"}
        return a("SES::Template", Template=content)

    identity = a("SES::EmailIdentity", EmailIdentity="mail.example")
    record = a("SSM::Parameter", Type="String", Value=get("Identity", "DkimDNSTokenName1"))
    resources = {"Identity": identity, "Record": record}
    pool = a("SES::DedicatedIpPool", ScalingMode="MANAGED")
    ids = made(cloud, **resources, It=template("one"), Pool=pool)
    ses = cloud.client("sesv2")
    tokens = ses.get_email_identity(EmailIdentity="mail.example")["DkimAttributes"]["Tokens"]
    parameter = cloud.client("ssm").get_parameter(Name=ids["Record"])["Parameter"]
    assert parameter["Value"] == f"{tokens[0]}._domainkey.mail.example"
    ip_pool = ses.get_dedicated_ip_pool(PoolName=ids["Pool"])["DedicatedIpPool"]
    assert ip_pool["ScalingMode"] == "MANAGED"
    assert changed(cloud, **resources, It=template("two"))["It"] == "it"
    template_content = ses.get_email_template(TemplateName="it")["TemplateContent"]
    assert template_content["Subject"] == "two"
    assert changed(cloud, **resources, It=template("two", "other"))["It"] == "other"
    names = [item["TemplateName"] for item in ses.list_email_templates()["TemplatesMetadata"]]
    assert names == ["other"]


def test_mail_events_are_archived(cloud: Cloud) -> None:
    bus = f"arn:aws:events:eu-central-1:{cloud.account}:event-bus/default"
    destination = {
        "Name": "archive",
        "Enabled": True,
        "MatchingEventTypes": ["SEND"],
        "EventBridgeDestination": {"EventBusArn": bus},
    }
    made(
        cloud,
        Set=a("SES::ConfigurationSet", Name="it"),
        It=a(
            "SES::ConfigurationSetEventDestination",
            ConfigurationSetName=ref("Set"),
            EventDestination=destination,
        ),
        Policy=a("Logs::ResourcePolicy", PolicyName="it", PolicyDocument='{"Statement":[]}'),
    )
    ses = cloud.client("sesv2")
    destinations = ses.get_configuration_set_event_destinations(ConfigurationSetName="it")
    assert destinations["EventDestinations"][0]["EventBridgeDestination"] == {"EventBusArn": bus}
    policies = cloud.client("logs").describe_resource_policies()["resourcePolicies"]
    assert [policy["policyName"] for policy in policies] == ["it"]


def test_selections_associations_and_composite_alarms(cloud: Cloud) -> None:
    visibility = {"CloudWatchMetricsEnabled": True, "MetricName": "it"}
    plan = {"RuleName": "daily", "TargetBackupVault": "default"}
    condition = {"ConditionType": "STRINGEQUALS", "ConditionKey": "a", "ConditionValue": "b"}
    selection = {"SelectionName": "it", "IamRoleArn": ROLE, "ListOfTags": [condition]}
    resources = {
        "Vpc": VPC,
        "Subnet": SUBNET,
        "Balancer": a("ElasticLoadBalancingV2::LoadBalancer", Subnets=[ref("Subnet")]),
        "Acl": a(
            "WAFv2::WebACL",
            Scope="REGIONAL",
            DefaultAction={"Allow": {}},
            VisibilityConfig={**visibility, "SampledRequestsEnabled": True},
        ),
        "Plan": a(
            "Backup::BackupPlan", BackupPlan={"BackupPlanName": "it", "BackupPlanRule": [plan]}
        ),
    }

    def rest(rule: str) -> dict[str, Template]:
        return {
            "Association": a(
                "WAFv2::WebACLAssociation",
                ResourceArn=ref("Balancer"),
                WebACLArn=get("Acl", "Arn"),
            ),
            "Selection": a(
                "Backup::BackupSelection", BackupPlanId=ref("Plan"), BackupSelection=selection
            ),
            "Alarm": a("CloudWatch::CompositeAlarm", AlarmRule=rule),
        }

    ids = made(cloud, **resources, **rest("TRUE"))
    acl = cloud.client("wafv2").get_web_acl_for_resource(ResourceArn=ids["Balancer"])["WebACL"]
    assert acl["Name"]
    backup = cloud.client("backup")
    selections = backup.list_backup_selections(BackupPlanId=ids["Plan"])["BackupSelectionsList"]
    assert selections[0]["SelectionName"] == "it"

    def alarms() -> list[str]:
        alarms = cloud.client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])
        return [alarm["AlarmRule"] for alarm in alarms["CompositeAlarms"]]

    assert alarms() == ["TRUE"]
    assert changed(cloud, **resources, **rest("FALSE")) == ids
    assert alarms() == ["FALSE"]
    changed(cloud, **resources)
    assert not alarms()
    assert not backup.list_backup_selections(BackupPlanId=ids["Plan"])["BackupSelectionsList"]


def test_an_alarm_on_an_expression_exists_with_its_other_settings(cloud: Cloud) -> None:
    """The engine's API has alarms on one metric only: the alarm is created on the first."""
    metric = {"Namespace": "AWS/NATGateway", "MetricName": "PacketsDropCount"}
    alarm = a(
        "CloudWatch::Alarm",
        Metrics=[
            {"Id": "one", "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Sum"}},
            {"Id": "worst", "Expression": "MAX([one])", "ReturnData": True},
        ],
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=3,
        Threshold=100,
    )
    made(cloud, Alarm=alarm)
    (metric_alarm,) = cloud.client("cloudwatch").describe_alarms(AlarmTypes=["MetricAlarm"])[
        "MetricAlarms"
    ]
    assert (metric_alarm["MetricName"], metric_alarm["Statistic"]) == ("PacketsDropCount", "Sum")
    assert (metric_alarm["Threshold"], metric_alarm["EvaluationPeriods"]) == (100, 3)


def test_one_name_in_two_regions_is_two_roles(cloud: Cloud) -> None:
    """Global resources of two regions' stacks are apart, also when one stack is deleted."""
    principal = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}
    trust = {"Version": "2012-10-17", "Statement": [{**principal, "Action": "sts:AssumeRole"}]}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}
    template = {"Resources": {"It": role}, "Outputs": {"Name": {"Value": {"Ref": "It"}}}}
    soon = {"Delay": 0.1}
    names = []
    for region in ("us-west-2", "us-east-2"):
        stacks = cloud.client("cloudformation", region)
        stacks.create_stack(
            StackName="twice", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
        )
        stacks.get_waiter("stack_create_complete").wait(StackName="twice", WaiterConfig=soon)
        names.append(stacks.describe_stacks(StackName="twice")["Stacks"][0]["Outputs"][0])
    first, second = (output["OutputValue"] for output in names)
    assert first != second
    stacks = cloud.client("cloudformation", "us-west-2")
    stacks.delete_stack(StackName="twice")
    stacks.get_waiter("stack_delete_complete").wait(StackName="twice", WaiterConfig=soon)
    listed = cloud.client("iam").list_roles()["Roles"]
    assert [item["RoleName"] for item in listed if "twice" in item["RoleName"]] == [second]


def test_a_volume_of_a_snapshot_has_its_size(cloud: Cloud) -> None:
    ec2 = cloud.client("ec2")
    zone = {"AvailabilityZone": f"{ec2.meta.region_name}a"}
    snapshot = ec2.create_snapshot(VolumeId=ec2.create_volume(Size=100, **zone)["VolumeId"])
    assert ec2.create_volume(SnapshotId=snapshot["SnapshotId"], **zone)["Size"] == 100
    assert ec2.create_volume(SnapshotId=snapshot["SnapshotId"], Size=200, **zone)["Size"] == 200
