"""Following operations of other runs, and the root cause of an earlier failure."""

import pytest
from double import Double

from tests.targets import target_of
from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.deployment.events import Attached, Outcome
from tidegen.deployment.reading.status import environment_status, follow_environment
from tidegen.errors import DeploymentError
from tidegen.reporting.status import status_text

ROOT = "tide-development"
CHILD = "arn:aws:cloudformation:x:1:stack/tide-development-Network-1/1"


@pytest.fixture
def target():
    return target_of("development", region="eu-central-1", home="x")


def deploying(status="UPDATE_IN_PROGRESS"):
    double = Double()
    double.add("tide-development-access")
    state = double.add(ROOT, status)
    double.record(state.stack_id, ROOT, state.stack_id, STACK_TYPE, "UPDATE_IN_PROGRESS")
    return double, state.stack_id


def test_operations_in_progress_are_followed_to_their_end(target):
    double, _ = deploying()
    double.outcomes[ROOT] = ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
    events = []
    watched = follow_environment(target, double, emit=events.append, pause=lambda seconds: None)
    assert watched == 1
    kinds = [type(event) for event in events]
    assert kinds[0] is Attached
    assert kinds[-1] is Outcome


def test_without_operations_nothing_is_followed(target):
    double = Double()
    double.add(ROOT)
    assert follow_environment(target, double) == 0


def fail(double, root):
    double.record(root, "Network", CHILD, STACK_TYPE, "UPDATE_IN_PROGRESS")
    double.record(CHILD, "Table", "", "AWS::DynamoDB::Table", "UPDATE_FAILED", "Rate exceeded")
    double.record(root, "Network", CHILD, STACK_TYPE, "UPDATE_FAILED", "Embedded stack failed")


def test_a_failure_is_reported_with_its_root_cause(target):
    double, root = deploying()
    fail(double, root)
    double.outcomes[ROOT] = ["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]
    with pytest.raises(DeploymentError, match=r"Network/Table: .*Rate exceeded"):
        follow_environment(target, double, pause=lambda seconds: None)


def test_status_names_the_root_cause_in_a_deleted_nested_stack(target):
    double, root = deploying("UPDATE_ROLLBACK_COMPLETE")
    fail(double, root)
    double.record(root, ROOT, root, STACK_TYPE, "UPDATE_ROLLBACK_COMPLETE")
    text = status_text(environment_status(target, double))
    assert "its last update was rolled back; it is unchanged" in text
    assert "root cause: Network/Table: AWS::DynamoDB::Table: Rate exceeded" in text
