"""Resources that an operation left behind, by its events."""

from datetime import UTC, datetime, timedelta

import pytest

from tidegen.planning.remains import Remains, left_behind
from tidegen.planning.stack_events import StackEvent

START = datetime(2026, 1, 1, tzinfo=UTC)
GATEWAY = ("Network/NatGateway3", "AWS::EC2::NatGateway", "nat-1")
# aws-samples/aws-eda-slurm-cluster#340, service-cloud-voice/examples-from-doc#97
NO_TAGS = (
    "Encountered a permissions error performing a tagging operation, please add required tag "
    "permissions. Retrying request without including tags."
)


def events(*rows):
    for number, (path, kind, physical_id, status, *reason) in enumerate(rows):
        yield StackEvent(
            event_id=str(number),
            stack_id="s",
            logical_id=path.rpartition("/")[2],
            physical_id=physical_id,
            type=kind,
            status=status,
            time=START + timedelta(seconds=number),
            reason="".join(reason),
            path=path,
        )


def test_a_resource_that_the_clean_up_could_not_delete():
    (left,) = left_behind(events((*GATEWAY, "DELETE_FAILED", "in use")))
    assert (left.path, left.physical_id, left.why) == (GATEWAY[0], "nat-1", Remains.NOT_DELETED)
    assert "costs money" in left.risk
    assert str(left).startswith("AWS::EC2::NatGateway nat-1 is not deleted (in use); ")


def test_a_deletion_that_succeeds_at_last_leaves_nothing():
    tried = [(*GATEWAY, status) for status in ("DELETE_FAILED", "DELETE_FAILED", "DELETE_COMPLETE")]
    assert left_behind(events(*tried)) == ()


def test_the_old_resource_of_a_replacement_is_named_by_its_physical_id():
    rows = [(*GATEWAY, "DELETE_FAILED"), (GATEWAY[0], GATEWAY[1], "nat-2", "UPDATE_COMPLETE")]
    assert [item.physical_id for item in left_behind(events(*rows))] == ["nat-1"]


def test_a_resource_that_its_policy_keeps_is_outside_every_stack():
    row = ("Metrics/Table", "AWS::DynamoDB::Table", "t", "DELETE_SKIPPED")
    (left,) = left_behind(events(row))
    assert left.why is Remains.KEPT
    assert "no backup plan" in left.risk


@pytest.mark.parametrize("known", ["rule-1", ""])
def test_a_resource_that_was_created_without_its_tags(known):
    rule = ("Notifications/Rule", "AWS::Events::Rule")
    rows = [(*rule, "", "CREATE_IN_PROGRESS", NO_TAGS), (*rule, known, "CREATE_COMPLETE")]
    (left,) = left_behind(events(*rows))
    assert (left.why, left.physical_id) == (Remains.UNTAGGED, known)
    assert left.data()["reason"] == NO_TAGS
