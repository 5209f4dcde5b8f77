"""Every event of a deploy has its line of JSON."""

import json
from datetime import UTC, datetime

import pytest

from tidegen.contract import Scope
from tidegen.deployment.events import (
    Attached,
    Event,
    Executing,
    Outcome,
    PolicyKept,
    PolicyOverridden,
    Progress,
    Protected,
    Recovering,
    Requesting,
    Result,
    SettingApplied,
    SettingUnchecked,
    StepStarted,
    Uploaded,
    Warned,
)
from tidegen.planning.model import Place, StackAddress
from tidegen.planning.settings import SETTINGS, SettingName, SettingStep
from tidegen.planning.stack_events import StackEvent
from tidegen.reporting.events import event_data

ADDRESS = StackAddress(Place("111122223333", "eu-central-1"), "tide-dev", Scope.ENVIRONMENT)
FOUND = StackEvent(
    event_id="1",
    stack_id="s",
    logical_id="Vpc",
    physical_id="",
    type="AWS::EC2::VPC",
    status="CREATE_FAILED",
    time=datetime(2026, 1, 1, tzinfo=UTC),
    reason="no",
)
EVENTS = {
    "step": StepStarted(ADDRESS, 1, 2),
    "uploaded": Uploaded(ADDRESS, "bucket", ("a", "b"), 7),
    "attached": Attached(ADDRESS, "UPDATE_IN_PROGRESS", {"": 3.0}),
    "recovering": Recovering(ADDRESS, "ROLLBACK_COMPLETE", "delete first"),
    "requesting": Requesting(ADDRESS, "update"),
    "executing": Executing(ADDRESS, "update"),
    "progress": Progress(ADDRESS, FOUND),
    "protected": Protected(ADDRESS, 4),
    "policy-kept": PolicyKept(ADDRESS, ("", "Network")),
    "policy-overridden": PolicyOverridden(ADDRESS, "Network", "{}"),
    "warning": Warned(ADDRESS, "Bucket: quota"),
    "setting": SettingApplied(
        ADDRESS,
        SettingStep(
            setting=SETTINGS[0],
            place=ADDRESS.place,
            subject="",
            before={"a": "absent"},
            after={"a": "present"},
        ),
    ),
    "setting-unchecked": SettingUnchecked(ADDRESS, SettingName.VOLUMES, "denied"),
    "outcome": Outcome(ADDRESS, Result.UPDATED, {"A": "b"}),
}


@pytest.mark.parametrize(("kind", "event"), EVENTS.items(), ids=EVENTS)
def test_an_event_is_one_line_of_json(kind, event):
    data = json.loads(json.dumps(event_data(event)))
    assert data["event"] == kind
    assert (data["stack"], data["account"]) == ("tide-dev", "111122223333")
    assert len(data) > 4


def test_no_kind_of_event_is_forgotten():
    assert {type(event) for event in EVENTS.values()} == set(Event.__subclasses__())
    assert event_data(EVENTS["progress"])["reason"] == "no"
