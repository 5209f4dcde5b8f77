"""Drift: the compared resources, and the others."""

import pytest
from contract_templates import nested, template, topic
from marks import only

from tidegen.errors import DeploymentError
from tidegen.planning.drift import DriftStatus

HANDLE = {"Type": "AWS::CloudFormation::WaitConditionHandle"}


def detected(subject, stack):
    """Return the result of a finished detection, by logical id."""
    detection = subject.cloud.detect_drift(stack)
    while subject.cloud.drift_detection(detection).running:
        pass
    return {item.logical_id: item for item in subject.cloud.resource_drifts(stack)}


def test_an_unchanged_resource_is_in_sync(subject):
    """A resource that equals its template is IN_SYNC.

    Source: API_StackResourceDrift, StackResourceDriftStatus
    """
    state = subject.apply("s", template(A=topic()))
    drift = detected(subject, state.stack_id)["A"]
    assert (drift.status, drift.differences) == (DriftStatus.IN_SYNC, ())


def test_types_that_cannot_be_checked_are_left_out(subject):
    """Resources that do not support drift detection are not among those described.

    Source: API_DescribeStackResourceDrifts
    """
    state = subject.apply("s", template(A=topic(), B=HANDLE))
    assert detected(subject, state.stack_id).keys() == {"A"}


def test_a_detection_leaves_out_nested_stacks(subject):
    """Drift of a nested stack is detected by a detection on that stack.

    Source: API_DetectStackDrift
    """
    url = subject.upload(template(A=topic()))
    state = subject.apply("s", template(N=nested(url), B=topic()))
    assert "A" not in detected(subject, state.stack_id)
    (below,) = [r for r in subject.cloud.resources(state.stack_id) if r.logical_id == "N"]
    assert detected(subject, below.physical_id)["A"].status is DriftStatus.IN_SYNC


def test_an_empty_stack_cannot_be_checked(subject):
    """Drift is detected only in stacks at rest.

    Source: "Detect drift on an entire CloudFormation stack", considerations
    """
    made = subject.change_set("s", template(A=topic()))
    with pytest.raises(DeploymentError, match="REVIEW_IN_PROGRESS"):
        subject.cloud.detect_drift(made.stack_id)


@only("engine")
def test_a_change_by_hand_is_reported_property_by_property(subject):
    """A difference has the property's path, the expected and the actual value, and the kind.

    Source: API_PropertyDifference
    """
    state = subject.apply("s", template(A=topic("one")))
    (held,) = subject.cloud.resources(state.stack_id)
    arguments = {"AttributeName": "DisplayName", "AttributeValue": "two"}
    sns = subject.cloud._client("sns")
    sns.set_topic_attributes(TopicArn=held.physical_id, **arguments)
    (difference,) = detected(subject, state.stack_id)["A"].differences
    assert (difference.path, difference.expected) == ("/DisplayName", "one")
    assert (difference.actual, difference.kind) == ("two", "NOT_EQUAL")
    sns.delete_topic(TopicArn=held.physical_id)
    assert detected(subject, state.stack_id)["A"].status is DriftStatus.DELETED
