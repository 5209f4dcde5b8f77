"""Failed rollbacks: the failed resources, the skipped ones, and continuing."""

from dataclasses import replace

import pytest
from double import Double

from tests.targets import target_of
from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.deployment.rollback import execute_rollback, rollback_plan
from tidegen.errors import DeploymentError, InputError
from tidegen.planning.model import StackResource
from tidegen.reporting.rollback import rollback_text

CHILD = "arn:aws:cloudformation:x:1:stack/tide-development-Network-1ABC/1"


@pytest.fixture
def target():
    return target_of("development", region="eu-central-1", home="x")


@pytest.fixture
def stuck():
    """A root whose rollback failed at one of its resources and at one of a nested stack."""
    double = Double()
    root = double.add("tide-development", "UPDATE_ROLLBACK_FAILED")
    double.nested[root.stack_id] = (
        StackResource(
            logical_id="Network", physical_id=CHILD, type=STACK_TYPE, status="UPDATE_FAILED"
        ),
        StackResource(
            logical_id="Topic",
            physical_id="t",
            type="AWS::SNS::Topic",
            status="UPDATE_FAILED",
            reason="gone",
        ),
        StackResource(
            logical_id="Old", physical_id="o", type="AWS::SNS::Topic", status="DELETE_COMPLETE"
        ),
    )
    double.nested[CHILD] = (
        StackResource(
            logical_id="Table",
            physical_id="tbl",
            type="AWS::DynamoDB::Table",
            status="UPDATE_FAILED",
            reason="Rate exceeded",
        ),
        StackResource(
            logical_id="Fine", physical_id="f", type="AWS::SNS::Topic", status="UPDATE_COMPLETE"
        ),
    )
    double.templates[CHILD] = (
        "Resources: {Table: {Type: 'AWS::DynamoDB::Table', DeletionPolicy: Retain}}"
    )
    return double


def ended(double, status):
    double.outcomes["tide-development"] = ["UPDATE_ROLLBACK_IN_PROGRESS", status]


def test_failed_resources_are_named_with_reason_and_consequence_of_skipping(stuck, target):
    (step,) = rollback_plan(target, stuck, ["Network/Table"]).steps
    assert [item.path for item in step.unfinished] == ["Network/Table", "Topic"]
    assert step.skipped == ("tide-development-Network-1ABC.Table",)
    text = rollback_text(rollback_plan(target, stuck, ["Network/Table"]))
    assert "Network/Table  AWS::DynamoDB::Table tbl: Rate exceeded" in text
    assert "skipped: CloudFormation assumes that it is as before" in text
    assert "it holds state: check its data first" in text
    assert "--skip Topic" in text


def test_a_path_that_did_not_fail_cannot_be_skipped(stuck, target):
    with pytest.raises(InputError, match=r"Network/Fine: .*those are: Network/Table, Topic"):
        rollback_plan(target, stuck, ["Network/Fine"])


def test_a_rollback_is_continued_without_the_skipped_resources(stuck, target):
    plan = rollback_plan(target, stuck, ["Topic"])
    ended(stuck, "UPDATE_ROLLBACK_COMPLETE")
    (outcome,) = execute_rollback(plan, stuck, pause=lambda seconds: None)
    assert outcome.result == "rolled back"
    assert "continue_rollback Topic" in stuck.calls


def test_a_rollback_that_fails_again_is_an_error(stuck, target):
    plan = rollback_plan(target, stuck)
    ended(stuck, "UPDATE_ROLLBACK_FAILED")
    with pytest.raises(DeploymentError, match="UPDATE_ROLLBACK_FAILED"):
        execute_rollback(plan, stuck, pause=lambda seconds: None)


def test_a_nested_stack_that_is_gone_can_be_skipped_itself(stuck, target):
    """API_ContinueUpdateRollback: its stack is DELETE_COMPLETE, so none of its resources can be."""
    stuck.nested[CHILD] = ()
    child = stuck.add("tide-development-Network-1ABC", "DELETE_COMPLETE")
    stuck.stacks[child.name] = replace(child, stack_id=CHILD)
    (step,) = rollback_plan(target, stuck, ["Network"]).steps
    assert [item.path for item in step.unfinished] == ["Network", "Topic"]
    assert step.skipped == ("Network",)


def test_resources_that_only_a_reason_names_can_be_skipped(stuck, target):
    """As an engine, or a listing that lags, has it: no resource has a failed status."""
    root = stuck.stacks["tide-development"]
    reason = "The following resource(s) failed to update: [Topic, Network]. "
    stuck.stacks[root.name] = replace(root, reason=reason)
    child = stuck.add(
        "tide-development-Network-1ABC",
        "UPDATE_ROLLBACK_FAILED",
        reason=("The following resource(s) failed to update: [Table]. "),
    )
    stuck.stacks[child.name] = replace(child, stack_id=CHILD)
    for stack, members in stuck.nested.items():
        stuck.nested[stack] = tuple(replace(m, status="UPDATE_COMPLETE") for m in members)
    plan = rollback_plan(target, stuck, ["Network/Table", "Topic"])
    (step,) = plan.steps
    assert [item.path for item in step.unfinished] == ["Network/Table", "Topic"]
    assert step.skipped == ("tide-development-Network-1ABC.Table", "Topic")
    assert "Network/Table  AWS::DynamoDB::Table tbl" in rollback_text(plan)


def test_without_a_failed_rollback_there_is_nothing_to_do(stuck, target):
    state = stuck.stacks["tide-development"]
    stuck.stacks["tide-development"] = replace(state, status="UPDATE_COMPLETE")
    plan = rollback_plan(target, stuck)
    assert plan.steps == ()
    assert "nothing to continue" in rollback_text(plan)
