"""Composition: every misfit is found at render time and names both sides."""

import pytest
from troposphere import Template

from tidegen.composition import compose
from tidegen.composition.roots import ARTIFACTS, root_parameter_name
from tidegen.contract import (
    ARTIFACTS_PARAMETER,
    Concern,
    Context,
    Field,
    Input,
    Kind,
    Output,
    Root,
    Scope,
    Sibling,
)
from tidegen.errors import CompositionError


def concern(name, inputs=(), outputs=(), scopes=(Scope.ENVIRONMENT,), after=()):
    def add_resources(_template: Template, _context: Context) -> None:
        return None

    return Concern(
        name=name,
        scopes=scopes,
        purpose="Test.",
        add_resources=add_resources,
        inputs=inputs,
        outputs=outputs,
        after=after,
    )


def given(name, kind=Kind.STRING, surface=False):
    return Output(name, kind, "value", "given", surface)


def taken(name, source=None, kind=Kind.STRING, default=None):
    return Input(name, kind, source or Sibling(name), "taken", default)


def problems_of(*concerns):
    with pytest.raises(CompositionError) as caught:
        compose(concerns)
    return str(caught.value)


def test_the_order_follows_the_wires_and_then_the_name():
    last = concern("a", inputs=(taken("X"),))
    first = concern("z", outputs=(given("X"),))
    also = concern("b", after=("z",))
    ordered = compose((last, first, also))[Scope.ENVIRONMENT].concerns
    assert [member.name for member in ordered] == ["z", "a", "b"]


def test_an_input_without_a_provider_is_refused():
    assert "concern a: input X needs output X, which nothing in scope environment" in problems_of(
        concern("a", inputs=(taken("X"),))
    )


def test_an_optional_input_may_stay_unprovided():
    composition = compose((concern("a", inputs=(taken("X", default=""),)),))[Scope.ENVIRONMENT]
    assert not composition.takes(composition.concerns[0].inputs[0])


def test_an_unused_output_is_refused():
    message = problems_of(concern("a", outputs=(given("X"),)))
    assert "concern a: output X is used by no concern" in message


def test_two_owners_of_a_name_are_both_named():
    message = problems_of(
        concern("a", outputs=(given("X", surface=True),)),
        concern("b", outputs=(given("X", surface=True),)),
    )
    assert "concern b: output X is offered by a as well" in message


def test_a_wire_between_kinds_names_both_kinds():
    message = problems_of(
        concern("a", outputs=(given("X", Kind.ARN),)), concern("b", inputs=(taken("X"),))
    )
    assert "of kind 'string', but a.X is of kind 'arn'" in message


def test_a_cycle_is_shown_as_a_path():
    message = problems_of(
        concern("a", inputs=(taken("Y"),), outputs=(given("X"),)),
        concern("b", inputs=(taken("X"),), outputs=(given("Y"),)),
    )
    assert "concerns form a cycle: a → b → a" in message or "b → a → b" in message


def test_an_unknown_field_of_the_environment_is_refused():
    message = problems_of(concern("a", inputs=(taken("X", Field("network.colour")),)))
    assert "takes network.colour, which no environment file has" in message


def test_an_output_of_another_root_has_to_be_surfaced():
    wanted = taken("X", Root(Scope.ACCOUNT, "X"))
    hidden = concern("a", outputs=(given("X"),), scopes=(Scope.ACCOUNT,))
    assert "needs account.X" in problems_of(hidden, concern("b", inputs=(wanted,)))
    surfaced = concern("a", outputs=(given("X", surface=True),), scopes=(Scope.ACCOUNT,))
    assert compose((surfaced, concern("b", inputs=(wanted,))))


def test_an_input_may_come_from_the_same_root_of_the_recovery_region():
    source = Root(Scope.ACCOUNT, "X", in_recovery_region=True)
    name = Output("X", Kind.STRING, "value", "given", surface=True)
    user = concern("a", inputs=(taken("Y", source),), outputs=(name,), scopes=(Scope.ACCOUNT,))
    composition = compose((user,))[Scope.ACCOUNT]
    (item,) = user.inputs
    assert composition.takes(item)
    assert root_parameter_name(item) == "RecoveryAccountX"
    assert not composition.takes(taken("Y", Root(Scope.ACCOUNT, "X")))


def test_all_problems_are_reported_at_once():
    message = problems_of(concern("a", inputs=(taken("X"), taken("Y"))), concern("a"))
    assert len(message.splitlines()) == 3


def test_every_root_has_one_name_for_the_bucket_that_it_is_read_from():
    """Concerns of a root that read the same bucket share the root's own parameter."""
    assert root_parameter_name(ARTIFACTS) == ARTIFACTS_PARAMETER
