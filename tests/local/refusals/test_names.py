"""Existing resources are not created again, and required ones must exist."""

from typing import Any

import pytest
from local_cloud import Cloud, Template
from local_templates import a
from refused import created, refused_creation, says
from test_dependencies import trust

from tidegen.local.refusals.names import LOOK_UPS

ROLE = "arn:aws:iam::111122223333:role/any"
KEYS = {
    "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
}
LIMITS = {"MinSize": "0", "MaxSize": "0", "AvailabilityZones": ["eu-central-1a"]}
ALARM = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Threshold": 1}
METRIC = {"MetricName": "it", "Namespace": "it", "Period": 60, "Statistic": "Sum"}
RULE = {"Source": {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"}}
FUNCTION = {"Role": ROLE, "Handler": "index.handler", "Runtime": "python3.13"}

NAMED: dict[str, dict[str, Any]] = {
    "AWS::AutoScaling::AutoScalingGroup": {**LIMITS, "LaunchConfigurationName": "it"},
    "AWS::Backup::BackupVault": {},
    "AWS::CloudWatch::Alarm": {**ALARM, **METRIC},
    "AWS::CloudWatch::CompositeAlarm": {"AlarmRule": "TRUE"},
    "AWS::Config::ConfigRule": RULE,
    "AWS::DynamoDB::Table": {**KEYS, "BillingMode": "PAY_PER_REQUEST"},
    "AWS::EKS::Cluster": {"RoleArn": ROLE, "ResourcesVpcConfig": {"SubnetIds": ["subnet-1"]}},
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {"Subnets": ["subnet-1", "subnet-2"]},
    "AWS::ElasticLoadBalancingV2::TargetGroup": {},
    "AWS::Events::Rule": {"EventPattern": {"source": ["it"]}},
    "AWS::IAM::InstanceProfile": {"Roles": ["any"]},
    "AWS::IAM::Role": {"AssumeRolePolicyDocument": trust(Service="ec2.amazonaws.com")},
    "AWS::KMS::Alias": {"TargetKeyId": "to be made"},
    "AWS::Lambda::Function": {**FUNCTION, "Code": {"ZipFile": "pass"}},
    "AWS::Logs::LogGroup": {},
    "AWS::S3::Bucket": {},
    "AWS::SES::ConfigurationSet": {},
    "AWS::SES::EmailIdentity": {},
    "AWS::SQS::Queue": {},
    "AWS::SSM::Parameter": {"Type": "String", "Value": "it"},
    "AWS::SecretsManager::Secret": {},
}
PROPERTIES = {
    "AWS::EKS::Cluster": "Name",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SSM::Parameter": "Name",
    **{type_name: look_up.prop for type_name, look_up in LOOK_UPS.items()},
}


@pytest.mark.parametrize("type_name", NAMED)
def test_a_name_in_use_is_refused(cloud: Cloud, type_name: str) -> None:
    name = {"AWS::KMS::Alias": "alias/taken", "AWS::SES::EmailIdentity": "taken.example"}
    properties = {**NAMED[type_name], PROPERTIES[type_name]: name.get(type_name, "taken")}
    if type_name == "AWS::KMS::Alias":
        properties["TargetKeyId"] = cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]
    template: Template = {"Resources": {"It": {"Type": type_name, "Properties": properties}}}
    assert cloud.create("one", template)["StackStatus"] == "CREATE_COMPLETE", cloud.reasons("one")
    assert cloud.create("two", template)["StackStatus"] == "ROLLBACK_COMPLETE"
    if type_name in LOOK_UPS:
        assert says("name-held-by-stack", cloud.reasons("two")), cloud.reasons("two")
    assert cloud.stack("one")["StackStatus"] == "CREATE_COMPLETE"
    assert cloud.delete("one")["StackStatus"] == "DELETE_COMPLETE"
    assert cloud.create("three", template)["StackStatus"] == "CREATE_COMPLETE"


def test_a_name_that_no_stack_holds_is_refused(cloud: Cloud) -> None:
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="taken")["QueueUrl"]
    queue = a("SQS::Queue", QueueName="taken")
    refused_creation(cloud, "name-taken", It=queue)
    sqs.delete_queue(QueueUrl=url)
    created(cloud, "free", It=queue)


def test_an_export_of_another_stack_is_refused(cloud: Cloud) -> None:
    template: Template = {
        "Resources": {"It": a("SQS::Queue")},
        "Outputs": {"It": {"Value": "one", "Export": {"Name": "taken"}}},
    }
    assert cloud.create("one", template)["StackStatus"] == "CREATE_COMPLETE"
    assert cloud.create("two", template)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert says("export-taken", cloud.reasons("two")), cloud.reasons("two")
    template["Resources"]["It"]["Properties"] = {"DelaySeconds": 1}
    assert cloud.update("one", template)["StackStatus"] == "UPDATE_COMPLETE"
    assert cloud.delete("one")["StackStatus"] == "DELETE_COMPLETE"
    cloud.delete("two")
    assert cloud.create("three", template)["StackStatus"] == "CREATE_COMPLETE"


def test_every_look_up_is_tested() -> None:
    assert set(LOOK_UPS) <= set(NAMED)


def test_missing_code_fails_the_function(cloud: Cloud) -> None:
    code = {"S3Bucket": "nowhere", "S3Key": "it.zip"}
    function = {"Type": "AWS::Lambda::Function", "Properties": {**FUNCTION, "Code": code}}
    assert cloud.create("it", {"Resources": {"It": function}})["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "S3 Error Code: NoSuchKey" in cloud.reasons("it")
    assert not cloud.client("lambda").list_functions()["Functions"]


def test_stack_tags_reach_buckets(cloud: Cloud) -> None:
    cloud.create("it", {"Resources": {"It": {"Type": "AWS::S3::Bucket"}}})
    tagging = cloud.client("s3").get_bucket_tagging(Bucket=cloud.resources("it")["It"])
    assert {"Key": "project", "Value": "tide"} in tagging["TagSet"]
