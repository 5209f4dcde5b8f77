"""The engine refuses and accepts the same properties as CloudFormation, in its words."""

from typing import Any

import pytest
from local_cloud import Cloud

from tidegen.cloudformation.schemas import (
    UnknownTypeError,
    replacing_properties,
    schema_of,
    tag_shape,
)
from tidegen.local.validation import converted_properties, validated

REGION = "eu-central-1"


@pytest.mark.parametrize(
    ("type_name", "properties", "problem"),
    [
        ("SQS::Queue", {"Nope": 1}, "#: extraneous key [Nope] is not permitted"),
        ("SQS::Queue", {"Arn": "x"}, "#: extraneous key [Arn] is not permitted: it is read-only"),
        ("SQS::Queue", {"DelaySeconds": "soon"}, "#/DelaySeconds: expected type: Integer"),
        ("SQS::Queue", {"FifoQueue": "maybe"}, "#/FifoQueue: expected type: Boolean"),
        ("KMS::Alias", {"AliasName": "alias/a"}, "#: required key [TargetKeyId] not found"),
        ("EC2::VPC", {}, "#: exactly one of ['CidrBlock', 'Ipv4IpamPoolId'] is required"),
        (
            "EC2::Subnet",
            {"VpcId": "v", "AvailabilityZone": "a", "AvailabilityZoneId": "b"},
            "#: [AvailabilityZoneId] cannot be given with [AvailabilityZone]",
        ),
        (
            "EC2::VPC",
            {"CidrBlock": "10.0.0.0/16", "Tags": [{"Key": "a"}]},
            "#/Tags/0: required key [Value] not found",
        ),
        (
            "S3::Bucket",
            {"VersioningConfiguration": {"Status": "On"}},
            "#/VersioningConfiguration/Status: On is not a valid enum value",
        ),
        (
            "Backup::BackupVault",
            {"BackupVaultName": "v"},
            "#/BackupVaultName: failed validation constraint for keyword [pattern]",
        ),
        (
            "CertificateManager::Certificate",
            {"DomainName": "a.example", "DomainValidationOptions": "none"},
            "#/DomainValidationOptions: expected type: Array, found: String",
        ),
        (
            "KMS::Key",
            {"KeyPolicy": {}, "PendingWindowInDays": 31},
            "#/PendingWindowInDays: failed validation constraint for keyword [maximum]: 30",
        ),
    ],
)
def test_refused(type_name: str, properties: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=r"^Model validation failed \(") as error:
        validated(f"AWS::{type_name}", properties, REGION)
    assert problem in str(error.value)


@pytest.mark.parametrize(
    ("type_name", "given", "expected"),
    [
        ("SQS::Queue", {"DelaySeconds": "5"}, {"DelaySeconds": 5}),
        ("SQS::Queue", {"FifoQueue": "true"}, {"FifoQueue": True}),
        ("SSM::Parameter", {"Type": "String", "Value": 5}, {"Type": "String", "Value": "5"}),
        (
            "SSM::Parameter",
            {"Type": "String", "Value": True},
            {"Type": "String", "Value": "true"},
        ),
        (
            "SNS::TopicPolicy",
            {"Topics": ["a"], "PolicyDocument": '{"Statement": []}'},
            {"Topics": ["a"], "PolicyDocument": '{"Statement": []}'},
        ),
        ("EC2::EIP", {"Tags": [{"Key": "aws:a", "Value": "b"}]}, {}),
    ],
)
def test_accepted(type_name: str, given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert validated(f"AWS::{type_name}", given, REGION) == expected
    assert converted_properties(f"AWS::{type_name}", given, REGION) == expected


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(UnknownTypeError, match=r"Unrecognized resource types: \[AWS::No::Type\]"):
        schema_of("AWS::No::Type")


def test_a_region_without_data_has_the_types_of_the_first() -> None:
    assert schema_of("AWS::SQS::Queue", "nowhere-1") == schema_of("AWS::SQS::Queue")


def test_schemas_have_replacing_properties_and_the_tag_property() -> None:
    assert "CidrBlock" in replacing_properties(schema_of("AWS::EC2::VPC"))
    assert replacing_properties(schema_of("AWS::SES::Template")) == ()
    assert tag_shape(schema_of("AWS::EC2::EIP")) == ("Tags", "list")
    assert tag_shape(schema_of("AWS::SSM::Parameter")) == ("Tags", "map")
    assert tag_shape(schema_of("AWS::EC2::Route")) is None


@pytest.mark.parametrize("type_name", ["AWS::SQS::Queue", "AWS::EC2::EIP", "AWS::DLM::Nope"])
def test_the_engine_refuses_an_unknown_property_or_type(cloud: Cloud, type_name: str) -> None:
    template = {"Resources": {"It": {"Type": type_name, "Properties": {"Nope": 1}}}}
    if type_name == "AWS::DLM::Nope":
        with pytest.raises(Exception, match=r"Unrecognized resource types: \[AWS::DLM::Nope\]"):
            cloud.create("it", template)
        return
    assert cloud.create("it", template)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Model validation failed (#: extraneous key [Nope]" in cloud.reasons("it")
    assert cloud.stack("it")["StackStatus"] == "ROLLBACK_COMPLETE"


def test_the_engine_refuses_an_attribute_that_the_type_does_not_have(cloud: Cloud) -> None:
    template = {
        "Resources": {"It": {"Type": "AWS::GuardDuty::Detector", "Properties": {"Enable": True}}},
        "Outputs": {"Value": {"Value": {"Fn::GetAtt": ["It", "Arn"]}}},
    }
    assert cloud.create("it", template)["StackStatus"] == "ROLLBACK_COMPLETE"


def test_an_update_is_validated_too(cloud: Cloud) -> None:
    template = {"Resources": {"It": {"Type": "AWS::SQS::Queue"}}}
    cloud.create("it", template)
    template["Resources"]["It"] = {
        "Type": "AWS::SQS::Queue",
        "Properties": {"DelaySeconds": "soon"},
    }
    assert cloud.update("it", template)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
