import pytest

from tidegen.cloudformation.evaluation import EvaluatedTemplate, evaluate

NAME = {"Parameters": {"Name": {"Type": "String"}, "List": {"Type": "CommaDelimitedList"}}}
REGION = {"AWS::Region": "eu-west-1"}


def value(expression, template=NAME, **values):
    given = {**REGION, "Name": "dev", "List": "a,b", **values}
    return EvaluatedTemplate(path="Net", template=template, values=given).value(expression)


VPC = {"Resources": {"Vpc": {"Type": "AWS::EC2::VPC"}}, **NAME}
ARN = {"Fn::GetAtt": ["Net/Vpc", "Arn"]}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"Ref": "Name"}, "dev"),
        ({"Ref": "List"}, ["a", "b"]),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "AWS::Partition"}, {"Ref": "AWS::Partition"}),
        ({"Ref": "Vpc"}, {"Ref": "Net/Vpc"}),
        ({"Fn::GetAtt": ["Vpc", "Arn"]}, ARN),
        ({"Fn::Sub": "${Name}-${!Literal}-${AWS::Region}"}, "dev-${Literal}-eu-west-1"),
        ({"Fn::Sub": ["${Own}/${Vpc.Arn}", {"Own": {"Ref": "Name"}}]},
         {"Fn::Join": ["", ["dev/", ARN]]}),
        ({"Fn::Join": ["-", ["x", {"Ref": "Name"}, {"Ref": "Vpc"}]]},
         {"Fn::Join": ["-", ["x-dev", {"Ref": "Net/Vpc"}]]}),
        ({"Fn::Join": [",", {"Ref": "List"}]}, "a,b"),
        ({"Fn::Select": [1, {"Ref": "List"}]}, "b"),
        ({"Fn::Select": ["0", {"Fn::Split": ["-", "x-y"]}]}, "x"),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, {"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
        ({"Fn::Split": [",", {"Fn::Join": [",", ["a", "b", {"Ref": "Vpc"}]]}]},
         ["a", "b", {"Ref": "Net/Vpc"}]),
        ({"Fn::Base64": {"Fn::Sub": "hello ${Name}"}}, {"Fn::Base64": "hello dev"}),
        ({"A": {"Ref": "AWS::NoValue"}, "B": [{"Ref": "AWS::NoValue"}, 1]}, {"B": [1]}),
    ],
)  # fmt: skip
def test_functions_are_evaluated_as_far_as_values_are_known(expression, expected):
    assert value(expression, VPC) == expected


def test_conditions_decide_values_and_resources():
    template = {
        **NAME,
        "Mappings": {"M": {"dev": {"Size": 3}}},
        "Conditions": {
            "Dev": {"Fn::Equals": [{"Ref": "Name"}, "dev"]},
            "Other": {"Fn::Not": [{"Condition": "Dev"}]},
            "Both": {"Fn::And": [{"Condition": "Dev"}, {"Condition": "Other"}]},
            "One": {"Fn::Or": [{"Condition": "Dev"}, {"Condition": "Other"}]},
        },
        "Resources": {
            name: {"Type": "T", "Condition": name} for name in ("Dev", "Other", "Both", "One")
        },
    }
    assert list(evaluate({"": template}, {"Name": "dev", "List": ""})) == ["Dev", "One"]
    assert list(evaluate({"": template}, {"Name": "x", "List": ""})) == ["One", "Other"]
    assert value({"Fn::If": ["Both", 1, {"Ref": "AWS::NoValue"}]}, template) == {
        "Ref": "AWS::NoValue"
    }
    assert value({"Fn::FindInMap": ["M", {"Ref": "Name"}, "Size"]}, template) == 3


def test_the_value_of_a_secret_parameter_is_not_shown():
    template = {"Parameters": {"Password": {"Type": "String", "NoEcho": True}}}
    assert "hush" not in str(value({"Fn::Sub": "x${Password}"}, template, Password="hush"))


def nested(name, **parameters):
    return {name: {"Type": "AWS::CloudFormation::Stack", "Properties": {"Parameters": parameters}}}


def test_values_are_followed_from_one_nested_stack_into_the_other():
    root = {
        **NAME,
        "Resources": {
            **nested("Network", Name={"Ref": "Name"}),
            **nested("Entry", Vpc={"Fn::GetAtt": ["Network", "Outputs.VpcId"]}),
        },
    }
    network = {
        **VPC,
        "Outputs": {"VpcId": {"Value": {"Fn::Sub": "${Name}/${Vpc}"}}},
    }
    entry = {
        "Parameters": {"Vpc": {"Type": "String"}},
        "Resources": {"Door": {"Type": "T", "Properties": {"In": {"Ref": "Vpc"}}}},
    }
    resources = evaluate({"": root, "Network": network, "Entry": entry}, {"Name": "dev"})
    assert list(resources) == ["Entry/Door", "Network/Vpc"]
    assert resources["Entry/Door"]["Properties"]["In"] == {
        "Fn::Join": ["", ["dev/", {"Ref": "Network/Vpc"}]]
    }
