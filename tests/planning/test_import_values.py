"""What an import's template says of each property, beside what exists."""

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


def test_what_differs_is_written_as_it_is_so_that_the_deploy_changes_it():
    found = recorder({"RoleARN": "wanted"}, {"RoleARN": "by-hand"})
    assert properties(found) == {"RoleARN": "by-hand"}
    (difference,) = found.differences
    assert (difference.before, difference.after) == ("by-hand", "wanted")


def test_what_is_not_there_is_left_to_the_deploy():
    found = table({"DeletionProtectionEnabled": True}, {"TableName": "t", "KeySchema": []})
    assert "DeletionProtectionEnabled" not in properties(found)
    assert names(found) == ["DeletionProtectionEnabled"]


def test_a_reference_that_means_what_is_there_stays_written():
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
def test_what_a_reference_comes_to_is_not_known_so_what_is_there_is_written(deployed):
    found = recorder({"RoleARN": {"Ref": "Topic"}}, {"RoleARN": "by-hand"}, deployed)
    assert properties(found) == {"RoleARN": "by-hand"}
    assert found.left_out == ()
    assert names(found) == ["RoleARN"]


def test_what_nobody_can_read_is_taken_for_true_and_told():
    name = {"Id": "arn"}
    wanted = {"GenerateSecretString": {"PasswordLength": 20}, "Description": "d"}
    secret = adopted("AWS::SecretsManager::Secret", wanted, {"Description": "d"}, name)
    assert properties(secret) == wanted
    assert secret.unread == ("GenerateSecretString",)
    assert secret.differences == ()


def test_what_nobody_can_read_within_a_property_is_no_difference():
    wanted = {"S3Bucket": "b", "S3Key": "k"}
    function = adopted(
        "AWS::Lambda::Function",
        {"Code": wanted, "Role": "r"},
        {"Role": "r"},
        {"FunctionName": "f"},
    )
    assert properties(function)["Code"] == wanted
    assert function.unread == ("Code",)


def test_what_only_aws_writes_is_not_written():
    name, wanted = "PrivateDnsNameConfiguration", {"Name": "a", "Extra": 1}
    there = {name: {"Name": "a", "Extra": 2, "State": "verified"}}
    found = adopted("AWS::EC2::VPCEndpointService", {name: wanted}, there, {"ServiceId": "s"})
    assert properties(found) == {name: {"Extra": 2}}


def test_what_can_be_changed_beside_what_cannot_is_changed():
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


def test_a_type_may_call_its_tags_otherwise_and_write_them_as_a_mapping():
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
def test_what_cannot_be_changed_is_refused(type_name, name, wanted, there):
    found = adopted(type_name, {name: wanted}, {name: there}, {"Id": "x"})
    assert properties(found)[name] == wanted
    with pytest.raises(RefusedError, match=f"{name} is .*cannot be changed"):
        check_fixed(found)


def test_what_cannot_be_changed_and_is_not_known_yet_is_deployed_first():
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
def test_form_order_and_what_is_there_besides_are_no_difference(wanted, there):
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
def test_what_is_another_value_is_a_difference(wanted, there):
    assert not matches(wanted, there)
