"""The form of a resource in the template that imports it."""

import pytest

from tidegen.cloudformation.evaluation import EvaluatedTemplate
from tidegen.errors import InputError, RefusedError
from tidegen.planning.importing import adoption, identifier_of, import_template

TEMPLATE = {
    "Parameters": {"Name": {"Type": "String"}, "KeyArn": {"Type": "String"}},
    "Conditions": {"Big": {"Fn::Equals": [{"Ref": "Name"}, "big"]}},
    "Resources": {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "DeletionPolicy": "RetainExceptOnCreate",
            "UpdateReplacePolicy": "Retain",
            "DependsOn": "Topic",
            "Properties": {
                "TableName": {"Fn::Sub": "t-${Name}"},
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "SSESpecification": {"KMSMasterKeyId": {"Ref": "KeyArn"}},
                "DeletionProtectionEnabled": {"Fn::If": ["Big", True, False]},
                "Tags": [{"Key": "topic", "Value": {"Ref": "Topic"}}],
            },
        },
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}},
        "Trail": {"Type": "AWS::CloudTrail::Trail", "Properties": {"IsLogging": True}},
    },
}
TABLE = {"TableName": "t-big"}


def adopted(path="N/Table", identifier=None, deployed=None, existing=None, **values):
    scope = EvaluatedTemplate(path="N", template=TEMPLATE, values={"Name": "big", **values})
    return adoption(path, identifier or TABLE, scope, deployed or {}, existing)


def properties(imported):
    return imported.resource["Properties"]


def test_a_reference_to_a_missing_resource_becomes_its_value():
    imported = adopted()
    assert properties(imported)["TableName"] == "t-big"
    assert properties(imported)["DeletionProtectionEnabled"] is True
    assert imported.resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert "DependsOn" not in imported.resource


def test_values_known_after_deployment_are_left_out_and_reported():
    imported = adopted()
    assert imported.left_out == ("SSESpecification", "Tags")
    assert properties(imported).keys() == {"TableName", "KeySchema", "DeletionProtectionEnabled"}


def test_a_reference_to_an_existing_resource_stays():
    imported = adopted(deployed=TEMPLATE)
    assert imported.left_out == ()
    assert properties(imported) == TEMPLATE["Resources"]["Table"]["Properties"]


def test_a_condition_with_another_definition_is_not_used():
    other = {**TEMPLATE, "Conditions": {"Big": {"Fn::Equals": ["a", "b"]}}}
    assert properties(adopted(deployed=other))["DeletionProtectionEnabled"] is True


def test_a_resource_without_a_deletion_policy_is_retained():
    imported = adopted("N/Queue", {"QueueUrl": "https://q"})
    assert imported.resource["DeletionPolicy"] == "Retain"


def test_a_name_that_differs_from_the_template_is_refused():
    with pytest.raises(RefusedError, match="TableName 't-big', not 't-small'"):
        adopted(identifier={"TableName": "t-small"})


def test_required_properties_are_taken_from_the_existing_resource():
    exists = {"S3BucketName": "logs", "IsLogging": False}
    imported = adopted("N/Trail", {"TrailName": "by-hand"}, existing=exists)
    assert properties(imported) == {"IsLogging": False, "S3BucketName": "logs"}
    (difference,) = imported.differences
    assert (difference.name, difference.before, difference.after) == ("IsLogging", False, True)


def test_missing_required_properties_are_refused():
    with pytest.raises(RefusedError, match="needs S3BucketName"):
        adopted("N/Trail", {"TrailName": "by-hand"})


def test_an_unreadable_resource_is_written_as_in_the_template():
    imported = adopted()
    assert imported.differences is None
    assert properties(imported)["DeletionProtectionEnabled"] is True


def test_the_import_template_keeps_everything_in_the_stack():
    deployed = {"Outputs": {"A": {"Value": "a"}}, "Resources": {"A": {"Type": "AWS::SNS::Topic"}}}
    template = import_template(deployed, [adopted()])
    assert template["Outputs"] == deployed["Outputs"]
    assert template["Resources"].keys() == {"A", "Table"}
    assert template["Resources"]["A"] == deployed["Resources"]["A"]


def test_an_identifier_of_several_parts():
    identifier = identifier_of("A", "AWS::Logs::MetricFilter", "group|filter")
    assert identifier == {"LogGroupName": "group", "FilterName": "filter"}
    with pytest.raises(InputError, match=r"LogGroupName\|FilterName"):
        identifier_of("A", "AWS::Logs::MetricFilter", "group")


def test_an_unknown_type_has_no_identifier():
    with pytest.raises(InputError, match="no known properties"):
        identifier_of("A", "Custom::Thing", "x")
