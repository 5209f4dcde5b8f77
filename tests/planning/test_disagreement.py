"""Changes of a change set that the approved plan did not show are named."""

import pytest

from tidegen.cloudformation.schemas import Replacement
from tidegen.planning.changes import Action, Change, ChangeSource
from tidegen.planning.disagreement import disagreements


def change(path="Part/It", action=Action.MODIFY, **more):
    return Change(
        path=path, type="AWS::SNS::Topic", action=action, source=ChangeSource.FORECAST, **more
    )


REPLACED = change(action=Action.REPLACE, replacement=Replacement.ALWAYS)
MOVED = change("New/It", Action.MOVE, moved_from="Old/It")


@pytest.mark.parametrize(
    ("shown", "actual", "text", "harm"),
    [
        ([], [change()], "would be modified, which was not shown", False),
        ([], [change(action=Action.ADD)], "would be added, which was not shown", False),
        ([], [change(action=Action.REMOVE)], "would be removed, which was not shown", True),
        ([], [REPLACED], "would be replaced, which was not shown", True),
        (
            [change()],
            [change(action=Action.REMOVE)],
            "would be removed, which was shown as: would be modified",
            True,
        ),
        ([change()], [REPLACED], "would be replaced, which was shown as: would be modified", True),
        (
            [change()],
            [change(replacement=Replacement.CONDITIONAL)],
            "may be replaced, which was not shown",
            False,
        ),
        (
            [change(stateful=True, properties=("A",))],
            [change(stateful=True, properties=("A", "B", "C"))],
            "B, C would change too, which was not shown",
            False,
        ),
        (
            [change()],
            [change(action=Action.ADD)],
            "would be added, which was shown as: would be modified",
            False,
        ),
        (
            [],
            [change(certain=False, action=Action.REPLACE, replacement=Replacement.ALWAYS)],
            "would be replaced, which was not shown",
            True,
        ),
    ],
)
def test_what_was_not_shown_is_named(shown, actual, text, harm):
    (item,) = disagreements(shown, actual)
    assert str(item) == f"Part/It: {text}"
    assert item.harm is harm


@pytest.mark.parametrize(
    ("shown", "actual"),
    [
        ([change()], [change()]),
        ([change()], []),
        ([REPLACED], [change()]),
        ([REPLACED], [REPLACED]),
        ([change(properties=("A",))], [change(properties=("A", "B"))]),
        ([], [change(certain=False)]),
        ([change(replacement=Replacement.CONDITIONAL)], [change()]),
        # a change set has no moves: it shows an addition and a removal
        ([MOVED], [change("New/It", Action.ADD, moved_from="Old/It")]),
        ([MOVED], [change("Old/It", Action.REMOVE)]),
        # a replacement that turns out to need none of it
        ([REPLACED], [change(replacement=Replacement.CONDITIONAL)]),
    ],
)
def test_the_same_or_less_is_no_disagreement(shown, actual):
    assert disagreements(shown, actual) == ()
