"""How a resource is written into the template that imports it."""

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
    scope = EvaluatedTemplate("N", TEMPLATE, {"Name": "big", **values})
    return adoption(path, identifier or TABLE, scope, deployed or {}, existing)


def properties(found):
    return found.resource["Properties"]


def test_what_the_stack_does_not_have_is_written_as_its_value():
    found = adopted()
    assert properties(found)["TableName"] == "t-big"
    assert properties(found)["DeletionProtectionEnabled"] is True
    assert found.resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert "DependsOn" not in found.resource


def test_what_only_a_deployment_knows_is_left_out_and_told():
    found = adopted()
    assert found.left_out == ("SSESpecification", "Tags")
    assert properties(found).keys() == {"TableName", "KeySchema", "DeletionProtectionEnabled"}


def test_what_the_stack_has_stays_as_it_is_written():
    found = adopted(deployed=TEMPLATE)
    assert found.left_out == ()
    assert properties(found) == TEMPLATE["Resources"]["Table"]["Properties"]


def test_a_condition_that_decides_otherwise_there_is_not_relied_on():
    other = {**TEMPLATE, "Conditions": {"Big": {"Fn::Equals": ["a", "b"]}}}
    assert properties(adopted(deployed=other))["DeletionProtectionEnabled"] is True


def test_without_a_deletion_policy_it_is_kept():
    found = adopted("N/Queue", {"QueueUrl": "https://q"})
    assert found.resource["DeletionPolicy"] == "Retain"


def test_a_name_that_differs_from_the_template_s_is_refused():
    with pytest.raises(RefusedError, match="TableName 't-big', not 't-small'"):
        adopted(identifier={"TableName": "t-small"})


def test_what_the_type_requires_is_taken_from_what_exists():
    exists = {"S3BucketName": "logs", "IsLogging": False}
    found = adopted("N/Trail", {"TrailName": "by-hand"}, existing=exists)
    assert properties(found) == {"IsLogging": False, "S3BucketName": "logs"}
    (difference,) = found.differences
    assert (difference.name, difference.before, difference.after) == ("IsLogging", False, True)


def test_without_what_the_type_requires_nothing_is_imported():
    with pytest.raises(RefusedError, match="needs S3BucketName"):
        adopted("N/Trail", {"TrailName": "by-hand"})


def test_what_could_not_be_read_is_written_as_the_template_has_it():
    found = adopted()
    assert found.differences is None
    assert properties(found)["DeletionProtectionEnabled"] is True


def test_the_template_keeps_all_that_the_stack_has():
    deployed = {"Outputs": {"A": {"Value": "a"}}, "Resources": {"A": {"Type": "AWS::SNS::Topic"}}}
    made = import_template(deployed, [adopted()])
    assert made["Outputs"] == deployed["Outputs"]
    assert made["Resources"].keys() == {"A", "Table"}
    assert made["Resources"]["A"] == deployed["Resources"]["A"]


def test_an_identifier_of_several_parts():
    found = identifier_of("A", "AWS::Logs::MetricFilter", "group|filter")
    assert found == {"LogGroupName": "group", "FilterName": "filter"}
    with pytest.raises(InputError, match=r"LogGroupName\|FilterName"):
        identifier_of("A", "AWS::Logs::MetricFilter", "group")


def test_a_type_nobody_knows_has_no_identifier():
    with pytest.raises(InputError, match="nothing that is known"):
        identifier_of("A", "Custom::Thing", "x")
