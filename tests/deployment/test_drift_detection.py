"""Drift over a whole tree, on the double."""

from dataclasses import replace

import pytest
from double import Double
from tiny_project import VALUES

from tidegen.deployment.executor import execute
from tidegen.deployment.reading.drift import detect_drift, drift_plan
from tidegen.deployment.reading.planner import build_plan
from tidegen.errors import InputError
from tidegen.planning.drift import DriftStatus, PropertyDifference, ResourceDrift
from tidegen.reporting.drift import drift_data, drift_text


def nothing(seconds):
    pass


@pytest.fixture
def cloud(project, account, number):
    """An account with its roots deployed."""
    double = Double(number, outputs={"ArtifactsBucketName": "artifacts"})
    plan = build_plan(account, VALUES, project.release, double)
    execute(plan, double, approve=lambda shown: True, pause=nothing)
    double.calls.clear()
    return double


def detected(cloud, target):
    return detect_drift(drift_plan(target, cloud), cloud, pause=nothing)


def change(cloud, logical_id):
    """Let a nested resource differ from its template; return the stack's id."""
    stack = next(s for s, r in cloud.nested.items() if logical_id in [i.logical_id for i in r])
    held = next(r for r in cloud.nested[stack] if r.logical_id == logical_id)
    differs = PropertyDifference("/DisplayName", "blue", "red", "NOT_EQUAL")
    status = DriftStatus.MODIFIED
    drift = ResourceDrift(
        logical_id=logical_id,
        type=held.type,
        physical_id=held.physical_id,
        status=status,
        differences=(differs,),
    )
    cloud.drifts[stack] = (drift,)
    return stack


def test_every_stack_has_its_own_detection(cloud, account):
    stacks = detected(cloud, account)
    assert [(s.address.name, s.path) for s in stacks] == [
        ("tide-identity", ""),
        ("tide-bootstrap", ""),
        ("tide-account", ""),
        ("tide-account", "Network"),
    ]
    assert not any(stack.drifted or stack.problem for stack in stacks)


def test_unchecked_resources_are_counted_and_never_in_sync(cloud, account):
    identity = detected(cloud, account)[0]
    assert identity.count(DriftStatus.NOT_CHECKED) == 1
    assert identity.count(DriftStatus.IN_SYNC) == 0


def test_a_changed_resource_is_reported_with_its_properties(cloud, account):
    change(cloud, "Topic")
    stacks = detected(cloud, account)
    text = drift_text(stacks)
    assert "  Network  1 in sync, 1 modified" in text
    assert "~ /DisplayName: expected blue, is red" in text
    (row,) = [
        resource
        for stack in drift_data("account", stacks)["stacks"]
        for resource in stack["resources"]
        if resource["status"] == "MODIFIED"
    ]
    assert row["path"] == "Network/Topic"
    assert row["differences"][0]["actual"] == "red"


def test_a_detection_is_awaited(cloud, account):
    nested = change(cloud, "Topic")
    cloud.detecting[nested] = 3
    assert detected(cloud, account)[-1].drifted
    assert cloud.calls.count("drift_detection") == 3 + 3


def test_a_stack_that_cannot_be_checked_does_not_stop_the_others(cloud, account):
    change(cloud, "Topic")
    state = cloud.stacks["tide-bootstrap"]
    cloud.stacks["tide-bootstrap"] = replace(state, status="ROLLBACK_COMPLETE")
    stacks = detected(cloud, account)
    assert "ROLLBACK_COMPLETE" in stacks[1].problem
    assert stacks[1].count(DriftStatus.NOT_CHECKED) == 1
    assert stacks[-1].drifted
    assert "1 not checked completely" in drift_text(stacks)


def test_without_a_stack_there_is_nothing_to_compare(account, number):
    with pytest.raises(InputError, match="is not deployed"):
        drift_plan(account, Double(number))
