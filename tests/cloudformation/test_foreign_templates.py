"""Templates that this project did not write: the forecast never fails on them.

aws/aws-cli#8075, aws/aws-cdk#7413 and #28386: tools crash on Fn::ForEach, on templates of others,
and on FindInMap with a default.
"""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidegen.cloudformation.evaluation import EvaluatedTemplate, evaluate
from tidegen.cloudformation.references import adapted, attributes_used, references
from tidegen.cloudformation.stateful import stateful_ids
from tidegen.cloudformation.text import parse_template
from tidegen.planning.changes import Action
from tidegen.planning.comparison import merge_forecast
from tidegen.planning.forecast import forecast
from tidegen.planning.guards import refusals
from tidegen.planning.preflight.subject import Subject
from tidegen.reporting.changes import changes_text

STACK = "AWS::CloudFormation::Stack"
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 1}}
MAPPED = {"Mappings": {"M": {"dev": {"Size": 3}}}, "Parameters": {"P": {"Type": "String"}}}


def value(expression, template=MAPPED, **values):
    return EvaluatedTemplate(path="N", template=template, values=values).value(expression)


@pytest.mark.parametrize(
    ("key", "expected"),
    [("dev", 3), ("prod", 9)],
)
def test_a_mapped_value_or_its_default(key, expected):
    """Documented with the AWS::LanguageExtensions transform."""
    assert value({"Fn::FindInMap": ["M", key, "Size", {"DefaultValue": 9}]}) == expected


def test_a_mapped_value_that_is_missing_stays_a_function():
    for rest in ([], [{"DefaultValue": 9}]):
        function = {"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "Size", *rest]}
        assert value(function) == function
    function = {"Fn::FindInMap": ["M", "prod", "Size"]}
    assert value(function) == function


def test_an_attribute_in_one_text():
    template = {"Resources": {"A": QUEUE}}
    assert value({"Fn::GetAtt": "A.Arn"}, template) == {"Fn::GetAtt": ["N/A", "Arn"]}


def network(**sections):
    root = {"Resources": {"Network": {"Type": STACK, "Properties": {"TemplateURL": "u"}}}}
    return evaluate({"": root, "Network": {"Resources": {"Queue": QUEUE}, **sections}}, {})


LOOP = {"Fn::ForEach::Topics": ["Name", ["a", "b"], {"Topic${Name}": {"Type": "AWS::SNS::Topic"}}]}


@pytest.mark.parametrize(
    ("foreign", "where", "reason"),
    [
        ({"Resources": {"Queue": QUEUE, **LOOP}}, "Network/Fn::ForEach::Topics", "Fn::ForEach"),
        (
            {"Transform": "AWS::Serverless-2016-10-31"},
            "Network/Transform",
            "Transform AWS::Serverless-2016-10-31",
        ),
        (
            {
                "Resources": {"Queue": {**QUEUE, "Condition": "C"}},
                "Conditions": {"C": {"Fn::IsNewer": ["x"]}},
            },
            "Network/Queue",
            "condition C",
        ),
        (
            {"Resources": {"Queue": ["AWS::SQS::Queue"]}},
            "Network/Queue",
            "a resource without a Type",
        ),
        (
            {"Resources": {"Queue": {**QUEUE, "Properties": ["x"]}}},
            "Network/Queue",
            "Properties that are no mapping",
        ),
    ],
)
def test_syntax_that_cannot_be_evaluated_is_named(foreign, where, reason):
    changes = forecast(network(**foreign), network())
    unforeseen = {change.path: change.unforeseen for change in changes if change.unforeseen}
    assert unforeseen == {where: reason}
    text = f"cannot be forecast: {reason}; the change set decides"
    assert text in changes_text(changes)
    assert "1 that cannot be forecast" in changes_text(changes)
    # CloudFormation's change set has the word, where there is one
    assert [c for c in merge_forecast(changes, (), {}) if c.unforeseen] == []


def test_other_resources_of_such_a_template_are_forecast():
    foreign = {"Resources": {"Queue": QUEUE, "Other": QUEUE, **LOOP}}
    changes = {c.path: c.action for c in forecast(network(**foreign), network())}
    assert changes["Network/Other"] is Action.REMOVE
    assert "Network/Queue" not in changes


def test_a_condition_that_names_itself_is_undecidable():
    loop = {"Conditions": {"C": {"Fn::Not": [{"Condition": "C"}]}}}
    resources = network(**loop, Resources={"Queue": {**QUEUE, "Condition": "C"}})
    assert resources["Network/Queue"]["Properties"] == {"Reason": "condition C"}


FUNCTIONS = (
    "Ref", "Fn::GetAtt", "Fn::If", "Fn::Sub", "Fn::FindInMap", "Fn::Join", "Fn::Split",
    "Fn::Select", "Fn::GetAZs", "Fn::ToJsonString", "Fn::Length", "Fn::Transform",
    "Fn::ForEach::X", "Fn::Future",
    "Condition", "Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals",
)  # fmt: skip
NAMES = st.sampled_from(["A", "B", "Nested", "C", "P", "M", "AWS::Region", "AWS::NoValue", "A.Arn"])
SCALARS = st.none() | st.booleans() | st.integers() | NAMES | st.text(max_size=8)
TEXTS = st.sampled_from(["${A}", "${A.Arn}", "${", "x${!A}y${P", "${Nested.Outputs.O}", "${A.}"])


def grown(values):
    named = st.dictionaries(st.sampled_from(FUNCTIONS), values, min_size=1, max_size=1)
    keyed = st.dictionaries(NAMES | st.text(max_size=4), values, max_size=3)
    return st.lists(values, max_size=4) | named | keyed


VALUES = st.recursive(SCALARS | TEXTS, grown, max_leaves=12)
TYPES = st.sampled_from(["AWS::SQS::Queue", "AWS::S3::Bucket", STACK, "Custom::X", 7, None])
RESOURCES = st.fixed_dictionaries(
    {"Type": TYPES},
    optional={
        "Properties": st.dictionaries(NAMES, VALUES, max_size=3) | VALUES,
        "Condition": NAMES | VALUES,
        "DeletionPolicy": st.just("Retain") | VALUES,
        "Metadata": VALUES,
    },
)


def sections(items):
    return st.dictionaries(NAMES | st.just("Fn::ForEach::X"), items | VALUES, max_size=4) | VALUES


TEMPLATES = st.fixed_dictionaries(
    {"Resources": sections(RESOURCES)},
    optional={
        "Parameters": sections(st.just({"Type": "String", "Default": "x"})),
        "Conditions": sections(st.just({"Fn::Equals": [{"Ref": "P"}, "x"]})),
        "Mappings": VALUES,
        "Outputs": sections(st.just({"Value": {"Ref": "A"}, "Export": {"Name": "n"}})),
        "Transform": VALUES,
    },
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(TEMPLATES, TEMPLATES, TEMPLATES)
def test_no_template_makes_the_forecast_fail(root, nested, wanted):
    deployed = {"": root, "Nested": nested, "A": wanted}
    old = evaluate(deployed, {"P": "x", "AWS::Region": "r"})
    new = evaluate({"": wanted, "Nested": root}, {})
    assert forecast(old, old) == tuple(c for c in forecast(old, old) if c.unforeseen)
    changes = forecast(old, new)
    json.dumps(changes_text(changes))
    list(refusals(changes))
    for resources in (old, new):
        subject = Subject(
            address=None, resources=resources, added=frozenset(resources), templates=deployed
        )
        subject.names("AWS::SQS::Queue", "QueueName")
        list(subject.added_of("AWS::S3::Bucket"))
        list(references(resources))
        list(attributes_used(resources))
    scope = EvaluatedTemplate(template=wanted, values={}, templates=deployed)
    adapted({"X": root, "Y": nested}, scope, nested)
    stateful_ids(root)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(TEMPLATES)
def test_no_text_of_a_template_makes_the_reading_fail(template):
    assert parse_template(json.dumps(template)) == json.loads(json.dumps(template))
