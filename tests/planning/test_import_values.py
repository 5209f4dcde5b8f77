"""The properties in an import's template, compared with the existing resource."""

import pytest
from test_import_plans import properties

from tidegen.cloudformation.evaluation import EvaluatedTemplate
from tidegen.errors import RefusedError
from tidegen.planning.importing import adoption, check_fixed
from tidegen.planning.live import matches

KEY = "arn:aws:kms:us-east-2:1:key/k"


def adopted(type_name, wanted, existing, identifier, deployed=None):
    resources = {"X": {"Type": type_name, "Properties": wanted}, "Topic": {"Type": "T"}}
    template = {"Parameters": {"KeyArn": {"Type": "String"}}, "Resources": resources}
    scope = EvaluatedTemplate("N", template, {"KeyArn": KEY})
    return adoption("N/X", identifier, scope, deployed or {}, existing)


def table(wanted, existing, deployed=None):
    name = {"TableName": "t"}
    return adopted("AWS::DynamoDB::Table", {**name, **wanted}, existing, name, deployed)


def recorder(wanted, existing, deployed=None):
    name = {"Name": "default"}
    return adopted("AWS::Config::ConfigurationRecorder", wanted, existing, name, deployed)


def names(found):
    return [item.name for item in found.differences]


def test_a_differing_value_is_written_as_it_exists_so_that_the_deploy_changes_it():
    found = recorder({"RoleARN": "wanted"}, {"RoleARN": "by-hand"})
    assert properties(found) == {"RoleARN": "by-hand"}
    (difference,) = found.differences
    assert (difference.before, difference.after) == ("by-hand", "wanted")


def test_a_missing_value_is_left_to_the_deploy():
    found = table({"DeletionProtectionEnabled": True}, {"TableName": "t", "KeySchema": []})
    assert "DeletionProtectionEnabled" not in properties(found)
    assert names(found) == ["DeletionProtectionEnabled"]


def test_a_reference_to_the_existing_value_stays():
    wanted = {"SSESpecification": {"KMSMasterKeyId": {"Ref": "KeyArn"}, "SSEEnabled": "true"}}
    deployed = {"Parameters": {"KeyArn": {"Type": "String"}}}
    there = {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}
    exists = {"KeySchema": [], "SSESpecification": there}
    found = table(wanted, exists, deployed)
    assert properties(found)["SSESpecification"] == wanted["SSESpecification"]
    assert names(found) == []
    there["KMSMasterKeyId"] = "another"
    assert properties(table(wanted, exists, deployed))["SSESpecification"] == there


@pytest.mark.parametrize("deployed", [{}, {"Resources": {"Topic": {"Type": "T"}}}])
def test_the_existing_value_replaces_an_unknown_reference(deployed):
    found = recorder({"RoleARN": {"Ref": "Topic"}}, {"RoleARN": "by-hand"}, deployed)
    assert properties(found) == {"RoleARN": "by-hand"}
    assert found.left_out == ()
    assert names(found) == ["RoleARN"]


def test_an_unreadable_property_is_assumed_equal_and_reported():
    name = {"Id": "arn"}
    wanted = {"GenerateSecretString": {"PasswordLength": 20}, "Description": "d"}
    secret = adopted("AWS::SecretsManager::Secret", wanted, {"Description": "d"}, name)
    assert properties(secret) == wanted
    assert secret.unread == ("GenerateSecretString",)
    assert secret.differences == ()


def test_an_unreadable_part_of_a_property_is_not_a_difference():
    wanted = {"S3Bucket": "b", "S3Key": "k"}
    function = adopted(
        "AWS::Lambda::Function",
        {"Code": wanted, "Role": "r"},
        {"Role": "r"},
        {"FunctionName": "f"},
    )
    assert properties(function)["Code"] == wanted
    assert function.unread == ("Code",)


def test_read_only_properties_are_not_written():
    name, wanted = "PrivateDnsNameConfiguration", {"Name": "a", "Extra": 1}
    there = {name: {"Name": "a", "Extra": 2, "State": "verified"}}
    found = adopted("AWS::EC2::VPCEndpointService", {name: wanted}, there, {"ServiceId": "s"})
    assert properties(found) == {name: {"Extra": 2}}


def test_a_changeable_part_next_to_a_fixed_one_is_changed():
    name, wanted = "HealthCheckConfig", {"Type": "TCP", "Port": 1}
    there = {name: {"Type": "TCP", "Port": 2}}
    found = adopted("AWS::Route53::HealthCheck", {name: wanted}, there, {"HealthCheckId": "h"})
    assert properties(found) == there
    assert found.fixed == ()


def test_tags_that_the_template_does_not_set_stay_with_the_resource():
    tag = {"Key": "topic", "Value": "wanted"}
    aws, other = {"Key": "aws:cloudformation:x", "Value": "x"}, {"Key": "by", "Value": "hand"}
    exists = {"KeySchema": [], "Tags": [aws, other, tag]}
    assert names(table({"Tags": [tag]}, exists)) == []
    exists["Tags"] = [aws, other, {**tag, "Value": "another"}]
    found = table({"Tags": [tag]}, exists)
    assert properties(found)["Tags"] == [{**tag, "Value": "another"}]
    exists["Tags"] = [aws]
    assert "Tags" not in properties(table({"Tags": [tag]}, exists))


def test_tags_may_have_another_property_and_be_a_mapping():
    name = {"BackupVaultName": "v"}
    wanted = {**name, "BackupVaultTags": {"a": "b"}}
    there = {**name, "BackupVaultTags": {"a": "c", "aws:x": "y"}}
    found = adopted("AWS::Backup::BackupVault", wanted, there, name)
    assert properties(found)["BackupVaultTags"] == {"a": "c"}


@pytest.mark.parametrize(
    ("type_name", "name", "wanted", "there"),
    [
        ("AWS::EC2::VPC", "CidrBlock", "10.0.0.0/16", "10.1.0.0/16"),
        ("AWS::KMS::Key", "MultiRegion", True, False),
        ("AWS::Route53::HealthCheck", "HealthCheckConfig", {"Type": "TCP"}, {"Type": "HTTP"}),
    ],
)
def test_a_difference_that_no_deploy_can_change_is_refused(type_name, name, wanted, there):
    found = adopted(type_name, {name: wanted}, {name: there}, {"Id": "x"})
    assert properties(found)[name] == wanted
    with pytest.raises(RefusedError, match=f"{name} is .*cannot be changed"):
        check_fixed(found)


def test_a_fixed_property_with_an_unknown_value_needs_a_deploy_first():
    wanted = {"KmsKeyId": {"Fn::GetAtt": ["Topic", "Arn"]}}
    found = adopted("AWS::EC2::Volume", wanted, {"KmsKeyId": "k"}, {"VolumeId": "v"})
    with pytest.raises(RefusedError, match=r"N/Topic.*deploy what it refers to first"):
        check_fixed(found)
    there = {"Resources": {"Topic": {"Type": "T"}}}
    found = adopted("AWS::EC2::Volume", wanted, {"KmsKeyId": "k"}, {"VolumeId": "v"}, there)
    check_fixed(found)
    assert properties(found) == wanted


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("30", 30),
        (True, "true"),
        ([1, 2], ["2", "1"]),
        ([{"a": 1}, {"a": 2}], [{"a": 2, "more": 0}, {"a": 1}]),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}),
    ],
)
def test_form_order_and_additional_keys_are_not_differences(wanted, there):
    assert matches(wanted, there)


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("30", 31),
        ("30", None),
        ([1], [1, 2]),
        ([1, 1], [1, 2]),
        ({"a": 1}, {}),
        ({"Ref": "Topic"}, "arn"),
        ([1], 1),
    ],
)
def test_another_value_is_a_difference(wanted, there):
    assert not matches(wanted, there)
