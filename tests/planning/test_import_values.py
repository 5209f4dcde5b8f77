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
    scope = EvaluatedTemplate(path="N", template=template, values={"KeyArn": KEY})
    return adoption("N/X", identifier, scope, deployed or {}, existing)


def table(wanted, existing, deployed=None):
    name = {"TableName": "t"}
    return adopted("AWS::DynamoDB::Table", {**name, **wanted}, existing, name, deployed)


def recorder(wanted, existing, deployed=None):
    name = {"Name": "default"}
    return adopted("AWS::Config::ConfigurationRecorder", wanted, existing, name, deployed)


def names(imported):
    return [item.name for item in imported.differences]


def test_a_differing_value_is_written_as_it_exists_so_that_the_deploy_changes_it():
    imported = recorder({"RoleARN": "wanted"}, {"RoleARN": "by-hand"})
    assert properties(imported) == {"RoleARN": "by-hand"}
    (difference,) = imported.differences
    assert (difference.before, difference.after) == ("by-hand", "wanted")


ZONE = "AWS::Route53::HostedZone"


@pytest.mark.parametrize("existing", ["x.example", "x.example."])
def test_a_value_in_another_form_of_its_schema_is_no_difference(existing):
    """Route 53 returns names with a dot at the end; its schema's propertyTransform says so."""
    imported = adopted(ZONE, {"Name": "x.example"}, {"Name": existing}, {"Id": "Z1"})
    assert imported.differences == ()
    check_fixed(imported)


@pytest.mark.parametrize("existing", ["y.example.", "x.example.."])
def test_another_name_of_a_zone_is_a_difference_that_no_deploy_removes(existing):
    imported = adopted(ZONE, {"Name": "x.example"}, {"Name": existing}, {"Id": "Z1"})
    with pytest.raises(RefusedError, match="Name is"):
        check_fixed(imported)


def test_a_missing_value_is_left_to_the_deploy():
    imported = table({"DeletionProtectionEnabled": True}, {"TableName": "t", "KeySchema": []})
    assert "DeletionProtectionEnabled" not in properties(imported)
    assert names(imported) == ["DeletionProtectionEnabled"]


def test_a_reference_to_the_existing_value_stays():
    wanted = {"SSESpecification": {"KMSMasterKeyId": {"Ref": "KeyArn"}, "SSEEnabled": "true"}}
    deployed = {"Parameters": {"KeyArn": {"Type": "String"}}}
    encryption = {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}
    exists = {"KeySchema": [], "SSESpecification": encryption}
    imported = table(wanted, exists, deployed)
    assert properties(imported)["SSESpecification"] == wanted["SSESpecification"]
    assert names(imported) == []
    encryption["KMSMasterKeyId"] = "another"
    assert properties(table(wanted, exists, deployed))["SSESpecification"] == encryption


@pytest.mark.parametrize("deployed", [{}, {"Resources": {"Topic": {"Type": "T"}}}])
def test_the_existing_value_replaces_an_unknown_reference(deployed):
    imported = recorder({"RoleARN": {"Ref": "Topic"}}, {"RoleARN": "by-hand"}, deployed)
    assert properties(imported) == {"RoleARN": "by-hand"}
    assert imported.left_out == ()
    assert names(imported) == ["RoleARN"]


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
    existing = {name: {"Name": "a", "Extra": 2, "State": "verified"}}
    imported = adopted("AWS::EC2::VPCEndpointService", {name: wanted}, existing, {"ServiceId": "s"})
    assert properties(imported) == {name: {"Extra": 2}}


def test_a_changeable_part_next_to_a_fixed_one_is_changed():
    name, wanted = "HealthCheckConfig", {"Type": "TCP", "Port": 1}
    existing = {name: {"Type": "TCP", "Port": 2}}
    imported = adopted(
        "AWS::Route53::HealthCheck", {name: wanted}, existing, {"HealthCheckId": "h"}
    )
    assert properties(imported) == existing
    assert imported.fixed == ()


def test_tags_that_the_template_does_not_set_stay_with_the_resource():
    tag = {"Key": "topic", "Value": "wanted"}
    aws, other = {"Key": "aws:cloudformation:x", "Value": "x"}, {"Key": "by", "Value": "hand"}
    exists = {"KeySchema": [], "Tags": [aws, other, tag]}
    assert names(table({"Tags": [tag]}, exists)) == []
    exists["Tags"] = [aws, other, {**tag, "Value": "another"}]
    imported = table({"Tags": [tag]}, exists)
    assert properties(imported)["Tags"] == [{**tag, "Value": "another"}]
    exists["Tags"] = [aws]
    assert "Tags" not in properties(table({"Tags": [tag]}, exists))


def test_tags_may_have_another_property_and_be_a_mapping():
    name = {"BackupVaultName": "v"}
    wanted = {**name, "BackupVaultTags": {"a": "b"}}
    existing = {**name, "BackupVaultTags": {"a": "c", "aws:x": "y"}}
    imported = adopted("AWS::Backup::BackupVault", wanted, existing, name)
    assert properties(imported)["BackupVaultTags"] == {"a": "c"}


@pytest.mark.parametrize(
    ("type_name", "name", "wanted", "existing"),
    [
        ("AWS::EC2::VPC", "CidrBlock", "10.0.0.0/16", "10.1.0.0/16"),
        ("AWS::KMS::Key", "MultiRegion", True, False),
        ("AWS::Route53::HealthCheck", "HealthCheckConfig", {"Type": "TCP"}, {"Type": "HTTP"}),
    ],
)
def test_a_difference_that_no_deploy_can_change_is_refused(type_name, name, wanted, existing):
    imported = adopted(type_name, {name: wanted}, {name: existing}, {"Id": "x"})
    assert properties(imported)[name] == wanted
    with pytest.raises(RefusedError, match=f"{name} is .*cannot be changed"):
        check_fixed(imported)


def test_a_fixed_property_with_an_unknown_value_needs_a_deploy_first():
    wanted = {"KmsKeyId": {"Fn::GetAtt": ["Topic", "Arn"]}}
    imported = adopted("AWS::EC2::Volume", wanted, {"KmsKeyId": "k"}, {"VolumeId": "v"})
    with pytest.raises(RefusedError, match=r"N/Topic.*deploy what it refers to first"):
        check_fixed(imported)
    deployed = {"Resources": {"Topic": {"Type": "T"}}}
    imported = adopted("AWS::EC2::Volume", wanted, {"KmsKeyId": "k"}, {"VolumeId": "v"}, deployed)
    check_fixed(imported)
    assert properties(imported) == wanted


@pytest.mark.parametrize(
    ("wanted", "existing"),
    [
        ("30", 30),
        (True, "true"),
        ([1, 2], ["2", "1"]),
        ([{"a": 1}, {"a": 2}], [{"a": 2, "more": 0}, {"a": 1}]),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}),
    ],
)
def test_form_order_and_additional_keys_are_not_differences(wanted, existing):
    assert matches(wanted, existing)


@pytest.mark.parametrize(
    ("wanted", "existing"),
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
def test_another_value_is_a_difference(wanted, existing):
    assert not matches(wanted, existing)
