"""Nested stacks that somebody updated by hand, past their root."""

import json

import boto3
import pytest
from tiny_project import REGION, entry, network
from world import NUMBER

from tidegen.deployment.events import Result
from tidegen.deployment.reading.deployed_roots import physical_ids
from tidegen.deployment.reading.drift import detect_drift, drift_plan
from tidegen.deployment.reading.preview import preview
from tidegen.deployment.reading.status import environment_status
from tidegen.reporting.changes import changes_text
from tidegen.reporting.drift import summary_text
from tidegen.reporting.plan.text import previews_text
from tidegen.reporting.status import status_text

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


def with_hand():
    template = entry()
    return {**template, "Resources": {**template["Resources"], "Hand": HAND}}


def test_a_nested_stack_that_was_updated_past_its_root_shows(world, deployed):
    project, target = deployed
    plan = world.plan(project, target)
    assert [item.by_hand for item in preview(plan, world.wire, thorough=True)] == [(), ()]
    update_by_hand(world, target, "Entry", with_hand())
    *_, shown = preview(world.plan(project, target), world.wire, thorough=True)
    assert (shown.unchanged, shown.by_hand) == (True, ("Entry",))
    assert [(c.path, str(c.action)) for c in shown.restored] == [("Entry/Hand", "remove")]
    text = previews_text([shown], bool)
    assert "updated past the root, by hand or by an import: Entry;" in text
    assert "- Hand  AWS::SNS::Topic" in text
    *_, root = environment_status(target, world.wire)
    assert root.by_hand == ("Entry",)
    assert "updated past its root" in status_text([root])
    drifts = {d.path: d for d in detect_drift(drift_plan(target, world.wire), world.wire)}
    assert [path for path, drift in drifts.items() if drift.by_hand] == ["Entry"]
    assert drifts["Entry"].differs
    assert "1 updated past their root" in summary_text(tuple(drifts.values()))


def test_the_next_change_of_the_root_restores_it(world, deployed):
    project, target = deployed
    stack = update_by_hand(world, target, "Entry", with_hand())
    changed = network(target.name)
    changed["Resources"]["Second"] = HAND
    project.nested("environment", {"Network": changed, "Entry": entry()})
    *_, shown = preview(world.plan(project, target), world.wire, thorough=True)
    assert "this restores the root's template" in previews_text([shown], bool)
    *_, outcome = world.deploy(project, target)
    assert outcome.result is Result.UPDATED
    assert {r.logical_id for r in world.cloud.resources(stack)} == {"Note", "Queue"}
    *_, root = environment_status(target, world.wire)
    assert root.by_hand == ()


def test_a_deploy_without_changes_does_not_look_below_the_root(world, deployed):
    """It is the most frequent command: what it would cost is left to plan, status and drift."""
    project, target = deployed
    update_by_hand(world, target, "Entry", with_hand())
    world.wire.revive()
    *_, outcome = world.deploy(project, target)
    assert outcome.result is Result.UNCHANGED
    assert "GetTemplate" not in world.wire.calls
