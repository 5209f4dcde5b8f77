"""The effect of a deploy on changes made by hand."""

import pytest

from tidegen.contract import Scope
from tidegen.planning.changes import Action, Change, ChangeSource
from tidegen.planning.drift import DriftStatus, PropertyDifference, ResourceDrift, StackDrift
from tidegen.planning.model import Place, StackAddress
from tidegen.planning.overwriting import Fate, changed_by_hand
from tidegen.reporting.drift import by_hand_text

ADDRESS = StackAddress(Place("1", "r"), "tide-dev", Scope.ENVIRONMENT)


def drift(status=DriftStatus.MODIFIED):
    difference = PropertyDifference("/Tags/0/Value", "ours", "theirs", "NOT_EQUAL")
    resource = ResourceDrift(
        logical_id="Topic",
        type="AWS::SNS::Topic",
        physical_id="t",
        status=status,
        differences=(difference,) if status is DriftStatus.MODIFIED else (),
    )
    return StackDrift(ADDRESS, "Network", (resource,))


def change(path="Network/Topic", action=Action.MODIFY, properties=("DisplayName",)):
    return Change(
        path=path,
        type="AWS::SNS::Topic",
        action=action,
        source=ChangeSource.FORECAST,
        properties=properties,
    )


@pytest.mark.parametrize(
    ("changes", "fate"),
    [
        ([], Fate.STAYS),
        ([change("Network/Other", properties=("Tags",))], Fate.STAYS),
        ([change()], Fate.PERHAPS),
        ([change(properties=("Tags",))], Fate.OVERWRITTEN),
        ([change(action=Action.REPLACE)], Fate.OVERWRITTEN),
    ],
)
def test_the_fate_of_a_property(changes, fate):
    (item,) = changed_by_hand([drift()], {ADDRESS: changes})
    assert (item.path, item.name, item.fate) == ("Network/Topic", "Tags.0.Value", fate)
    text = by_hand_text([item])
    assert text.startswith("changed by hand:")
    assert f"Network/Topic  Tags.0.Value: is theirs, template ours; {fate}" in text


def test_a_deleted_resource():
    (item,) = changed_by_hand([drift(DriftStatus.DELETED)], {ADDRESS: [change()]})
    assert (item.name, item.actual, item.fate) == ("", "deleted", Fate.PERHAPS)


def test_without_drift_nothing_is_shown():
    assert by_hand_text(changed_by_hand([], {})) == ""
