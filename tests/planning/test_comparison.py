"""Changes of a change set compared with the forecast, each with its source."""

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.cloudformation.schemas import Replacement
from tidegen.planning.changes import (
    Action,
    Change,
    ChangeSource,
    PropertyChange,
    ResourceChange,
    Verdict,
)
from tidegen.planning.comparison import merge_forecast

QUEUE = "AWS::SQS::Queue"
DELAY = PropertyChange(name="Delay", before=1, after=2)


def expected(path, action=Action.MODIFY, replacement=Replacement.NEVER):
    return Change(
        path=path,
        type=QUEUE,
        action=action,
        source=ChangeSource.FORECAST,
        replacement=replacement,
        details=(DELAY,),
    )


def reported(name="Queue", action=Action.MODIFY, replacement=Replacement.NEVER, certain=True):
    return ResourceChange(
        logical_id=name,
        type=QUEUE,
        action=action,
        replacement=replacement,
        properties=("Delay",),
        certain=certain,
    )


def nested(name, *children, mute=False):
    inner = None if mute else children
    return ResourceChange(logical_id=name, type=STACK_TYPE, action=Action.MODIFY, children=inner)


def test_an_agreed_change_is_cloudformations_with_the_forecasts_values():
    (change,) = merge_forecast((expected("Part/Queue"),), (nested("Part", reported()),), {})
    assert (change.source, change.details, change.otherwise) == (
        ChangeSource.CHANGE_SET,
        (DELAY,),
        None,
    )


def test_a_replacement_that_only_one_source_has_is_a_disagreement():
    replaced = reported(action=Action.REPLACE, replacement=Replacement.ALWAYS)
    (change,) = merge_forecast((expected("Part/Queue"),), (nested("Part", replaced),), {})
    assert change.action is Action.REPLACE
    assert change.otherwise == Verdict(ChangeSource.FORECAST, Action.MODIFY)
    assert change.loses
    forecast = expected("Part/Queue", Action.REPLACE, Replacement.ALWAYS)
    (change,) = merge_forecast((forecast,), (nested("Part", reported()),), {})
    assert change.action is Action.MODIFY
    assert change.loses


def test_a_change_that_only_the_forecast_has_is_a_disagreement():
    (change,) = merge_forecast((expected("Part/Queue"),), (nested("Part"),), {})
    assert change.source is ChangeSource.FORECAST
    assert change.otherwise == Verdict(ChangeSource.CHANGE_SET)


def test_a_nested_stack_without_a_change_set_is_forecast_without_a_disagreement():
    (change,) = merge_forecast((expected("Part/Queue"),), (nested("Part", mute=True),), {})
    assert (change.source, change.otherwise) == (ChangeSource.FORECAST, None)


def test_a_value_known_after_deployment_is_not_a_disagreement():
    (change,) = merge_forecast((), (reported(certain=False),), {})
    assert not change.certain
    assert change.otherwise is None
    (change,) = merge_forecast((), (reported(),), {})
    assert change.otherwise == Verdict(ChangeSource.FORECAST)


def test_a_forecast_makes_an_uncertain_change_certain():
    (change,) = merge_forecast((expected("Queue"),), (reported(certain=False),), {})
    assert change.certain
