"""Nested stacks that somebody updated by hand, past their root."""

import json

import boto3
import pytest
from tiny_project import REGION, entry, network
from world import NUMBER

from tidegen.deployment.events import Result
from tidegen.deployment.reading.deployed_roots import physical_ids
from tidegen.deployment.reading.preview import preview
from tidegen.reporting.changes import changes_text

HAND = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "hand"}}
LANGUAGE = {"Transform": "AWS::LanguageExtensions"}
LOOP = {"Fn::ForEach::Hands": ["Name", ["A", "B"], {"Hand${Name}": HAND}]}
MAPPED = {"Fn::FindInMap": ["None", "such", "key", {"DefaultValue": "60"}]}


@pytest.fixture
def deployed(world, request):
    name = request.node.originalname.replace("_", "")[-12:]
    project, target = world.project(name), world.target(name, protected=False)
    world.deploy(project, target)
    return project, target


def stacks():
    return boto3.client(
        "cloudformation",
        region_name=REGION,
        aws_access_key_id=NUMBER,
        aws_secret_access_key="local",
    )


def update_by_hand(world, target, nested, template):
    """Update the nested stack as a person does in the console, with its own parameters."""
    client = stacks()
    root = world.cloud.stack(f"tide-{target.name}")
    stack = physical_ids(world.cloud, root.stack_id)[nested]
    given = client.describe_stacks(StackName=stack)["Stacks"][0].get("Parameters", [])
    names = [item["ParameterKey"] for item in given]
    client.update_stack(
        StackName=stack,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": name, "UsePreviousValue": True} for name in names],
        Capabilities=["CAPABILITY_AUTO_EXPAND", "CAPABILITY_NAMED_IAM"],
    )
    waiter = client.get_waiter("stack_update_complete")
    waiter.wait(StackName=stack, WaiterConfig={"Delay": 0.05, "MaxAttempts": 200})
    return stack


def foreign(syntax):
    template = entry()
    resources = template["Resources"]
    if syntax == "loop":
        return {**template, **LANGUAGE, "Resources": {**resources, **LOOP}}
    if syntax == "default":
        resources["Queue"]["Properties"]["DelaySeconds"] = MAPPED
        return {**template, **LANGUAGE, "Mappings": {"None": {"of": {"these": "1"}}}}
    template["Outputs"]["QueueArn"] = {"Value": {"Fn::GetAtt": "Queue.Arn"}}
    return template


@pytest.mark.parametrize("syntax", ["loop", "default", "attribute in one text"])
def test_newer_syntax_of_a_hotfix_does_not_stop_the_next_deploy(world, request, syntax):
    name = f"syn{len(syntax)}"
    project, target = world.project(name), world.target(name, protected=False)
    world.deploy(project, target)
    update_by_hand(world, target, "Entry", foreign(syntax))
    project.nested("environment", {"Network": network(name), "Entry": entry("two", timeout=31)})
    *_, shown = preview(world.plan(project, target), world.wire)
    text = changes_text(shown.changes)
    unforeseen = {change.path: change.unforeseen for change in shown.changes if change.unforeseen}
    if "attribute" not in syntax:
        assert unforeseen["Entry/Transform"] == "Transform AWS::LanguageExtensions"
        assert "cannot be forecast: Transform AWS::LanguageExtensions; the change set" in text
    assert "VisibilityTimeout: 30 -> 31" in text
    *_, outcome = world.deploy(project, target)
    assert outcome.result is Result.UPDATED
