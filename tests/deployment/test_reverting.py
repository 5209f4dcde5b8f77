"""Drift is brought back by drift-aware change sets, on the engine."""

import boto3
import pytest
from test_nested_by_hand import update_by_hand, with_hand
from tiny_project import REGION
from wire import rewritten
from world import NUMBER, pause

from tidegen.deployment.events import Result
from tidegen.deployment.reading.drift import detect_drift, drift_plan
from tidegen.deployment.reverting import (
    drop,
    execute_revert,
    revert_plan,
    with_restored_templates,
)
from tidegen.errors import DeploymentError, RefusedError
from tidegen.planning.reverting import RevertRequest


def client(service):
    return boto3.client(
        service,
        region_name=REGION,
        aws_access_key_id=NUMBER,
        aws_secret_access_key="local",
    )


@pytest.fixture
def deployed(world, request):
    name = "rv" + "".join(filter(str.isalnum, request.node.name))[-12:]
    project, target = world.project(name), world.target(name, protected=False)
    world.deploy(project, target)
    return project, target


def rename(world, target, name="by hand"):
    topic = world.cloud.stack(f"tide-{target.name}").outputs["Topic"]
    client("sns").set_topic_attributes(
        TopicArn=topic, AttributeName="DisplayName", AttributeValue=name
    )
    return topic


def display_name(topic):
    return client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"]


def drifted(world, target):
    stacks = detect_drift(drift_plan(target, world.wire), world.wire, pause=pause)
    return [f"{stack.path}/{item.logical_id}" for stack in stacks for item in stack.drifted]


def test_a_property_of_a_nested_stack_is_brought_back(world, deployed):
    project, target = deployed
    topic = rename(world, target)
    assert drifted(world, target) == ["Network/Topic"]
    planned = revert_plan(world.plan(project, target), world.wire, pause=pause)
    (change,) = planned.changes
    assert (change.path, change.properties) == ("Network/Topic", ("DisplayName",))
    (detail,) = change.details
    assert (detail.name, detail.before, detail.after) == ("DisplayName", "by hand", "blue")
    assert display_name(topic) == "by hand"
    (outcome,) = execute_revert(planned, world.wire, pause=pause)
    assert outcome.result is Result.REVERTED
    assert display_name(topic) == "blue"
    assert drifted(world, target) == []
    *_, again = world.deploy(project, target)
    assert again.result is Result.UNCHANGED


def test_without_drift_there_is_nothing_to_revert(world, deployed):
    project, target = deployed
    assert revert_plan(world.plan(project, target), world.wire, pause=pause).steps == ()


def test_a_plan_that_is_dropped_leaves_no_change_set(world, deployed):
    project, target = deployed
    rename(world, target)
    planned = revert_plan(world.plan(project, target), world.wire, pause=pause)
    drop(planned, world.wire)
    (step,) = planned.steps
    with pytest.raises(DeploymentError, match="no change set"):
        world.cloud.change_set(step.change_set_id)


def test_a_nested_template_is_restored_by_its_root(world, deployed):
    project, target = deployed
    stack = update_by_hand(world, target, "Entry", with_hand())
    plan = with_restored_templates(world.plan(project, target), world.wire)
    *_, outcome = world.deploy(project, target, plan=plan)
    assert outcome.result is Result.UPDATED
    assert {r.logical_id for r in world.cloud.resources(stack)} == {"Note", "Queue"}
    again = world.plan(project, target)
    assert with_restored_templates(again, world.wire).states == again.states


@pytest.mark.parametrize("given", [{"IncludeNestedStacks": True}, {"ChangeSetType": "CREATE"}])
def test_the_engine_refuses_what_no_drift_aware_change_set_can_have(deployed, given):
    """aws/aws-cdk-cli#1127 and AWS's language server leave both out."""
    _, target = deployed
    arguments = {"ChangeSetType": "UPDATE", "UsePreviousTemplate": True, **given}
    stacks = client("cloudformation")
    with pytest.raises(stacks.exceptions.ClientError, match="REVERT_DRIFT"):
        stacks.create_change_set(
            StackName=f"tide-{target.name}",
            ChangeSetName="revert",
            DeploymentMode="REVERT_DRIFT",
            **arguments,
        )


def test_the_request_keeps_template_parameters_and_tags(world, deployed):
    _, target = deployed
    before = world.cloud.stack(f"tide-{target.name}")
    rename(world, target)
    request = RevertRequest(
        stack=before.stack_id, name="tidegen-revert", parameters=tuple(before.parameters)
    )
    made = world.cloud.change_set(world.cloud.create_revert(request))
    # the root itself has no drift: that of a nested stack is its own
    assert made.status == "FAILED"
    assert world.cloud.stack(before.stack_id) == before


def test_a_guard_refuses_a_replacement(world, deployed):
    project, target = deployed
    rename(world, target)

    def replaced(text):
        text = text.replace("SNS::Topic", "EC2::VPC")
        return text.replace("<Replacement>False", "<Replacement>True")

    world.wire.arm(rewritten(replaced), 1, times=99, only="DescribeChangeSet")
    try:
        with pytest.raises(RefusedError, match="would be replaced"):
            revert_plan(world.plan(project, target), world.wire, pause=pause)
    finally:
        world.wire.revive()
    summaries = client("cloudformation").list_change_sets(
        StackName=world.cloud.stack(f"tide-{target.name}").stack_id
    )["Summaries"]
    assert [item for item in summaries if "revert" in item["ChangeSetName"]] == []
