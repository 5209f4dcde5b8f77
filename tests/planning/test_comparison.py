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


def said(name="Queue", action=Action.MODIFY, replacement=Replacement.NEVER, certain=True):
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
    (found,) = merge_forecast((expected("Part/Queue"),), (nested("Part", said()),), {})
    assert (found.source, found.details, found.otherwise) == (
        ChangeSource.CHANGE_SET,
        (DELAY,),
        None,
    )


def test_a_replacement_that_only_one_source_has_is_a_disagreement():
    replaced = said(action=Action.REPLACE, replacement=Replacement.ALWAYS)
    (found,) = merge_forecast((expected("Part/Queue"),), (nested("Part", replaced),), {})
    assert found.action is Action.REPLACE
    assert found.otherwise == Verdict(ChangeSource.FORECAST, Action.MODIFY)
    assert found.loses
    forecast = expected("Part/Queue", Action.REPLACE, Replacement.ALWAYS)
    (found,) = merge_forecast((forecast,), (nested("Part", said()),), {})
    assert found.action is Action.MODIFY
    assert found.loses


def test_a_change_that_only_the_forecast_has_is_a_disagreement():
    (found,) = merge_forecast((expected("Part/Queue"),), (nested("Part"),), {})
    assert found.source is ChangeSource.FORECAST
    assert found.otherwise == Verdict(ChangeSource.CHANGE_SET)


def test_a_nested_stack_without_a_change_set_is_forecast_without_a_disagreement():
    (found,) = merge_forecast((expected("Part/Queue"),), (nested("Part", mute=True),), {})
    assert (found.source, found.otherwise) == (ChangeSource.FORECAST, None)


def test_a_value_known_after_deployment_is_not_a_disagreement():
    (found,) = merge_forecast((), (said(certain=False),), {})
    assert not found.certain
    assert found.otherwise is None
    (found,) = merge_forecast((), (said(),), {})
    assert found.otherwise == Verdict(ChangeSource.FORECAST)


def test_a_forecast_makes_an_uncertain_change_certain():
    (found,) = merge_forecast((expected("Queue"),), (said(certain=False),), {})
    assert found.certain
