"""Whose a stack is, by its tags, its digest and its template."""

import pytest

from tidegen.contract import Scope
from tidegen.errors import InputError, RefusedError
from tidegen.planning.model import Foreign, Place, Plan, StackAddress, StackResource, StackState
from tidegen.planning.ownership import (
    Owner,
    carried,
    is_owned,
    marks_of,
    require_owned,
    with_consent,
)

OWNER = Owner("tide", "development")
OWN = {"project": "tide", "environment": "development"}
DIGEST = {"Digest": "1"}


def state(status="UPDATE_COMPLETE", **more):
    return StackState(name="tide-development", stack_id="id", status=status, **more)


@pytest.mark.parametrize(
    ("owned", "stack", "template"),
    [
        (True, state(tags=OWN, parameters=DIGEST, outputs=DIGEST), None),
        (True, state(tags={**OWN, "cost": "x"}, outputs=DIGEST), None),
        # A creation that failed has no outputs.
        (True, state("ROLLBACK_COMPLETE", tags=OWN, parameters=DIGEST), None),
        (True, state("REVIEW_IN_PROGRESS"), None),
        (True, state("REVIEW_IN_PROGRESS", tags=OWN), None),
        # A root that was created for an import.
        (True, state("IMPORT_COMPLETE"), OWNER.template),
        (True, state(tags=OWN), OWNER.template),
        (False, state(tags={"team": "other"}), None),
        (False, state(), None),
        (False, state(tags=OWN), None),  # tags that people give, too
        (False, state(outputs=DIGEST), None),
        (False, state(tags=OWN), {"Metadata": {"Tidegen": {"Scope": "environment"}}}),
        (False, state(tags={**OWN, "environment": "staging"}, parameters=DIGEST), None),
        (False, state(tags={**OWN, "project": "other"}, parameters=DIGEST), None),
        (False, state(tags={"project": "tide"}, parameters=DIGEST), None),
        (False, state("REVIEW_IN_PROGRESS", tags={**OWN, "project": "other"}), None),
        (False, state("IMPORT_COMPLETE"), Owner("tide", "staging").template),
        (False, state("IMPORT_COMPLETE"), {"Metadata": "text"}),
        (False, state("IMPORT_COMPLETE", tags={"project": "other"}), OWNER.template),
    ],
)
def test_only_agreeing_marks_make_a_stack_ours(owned, stack, template):
    assert is_owned(OWNER, stack, marks_of(stack, template)) is owned


def test_a_root_of_the_account_has_no_environment():
    shared = state(tags={"project": "tide"}, parameters=DIGEST)
    assert is_owned(Owner("tide"), shared, marks_of(shared))
    other = state(tags=OWN, parameters=DIGEST)
    assert not is_owned(Owner("tide"), other, marks_of(other))


ADDRESS = StackAddress(Place("1", "r"), "tide-development", Scope.ENVIRONMENT)
TABLE = StackResource(
    logical_id="Orders", physical_id="orders", type="AWS::DynamoDB::Table", status="CREATE_COMPLETE"
)


def foreign(**more):
    marks = marks_of(state(tags={"team": "other"}))
    return Foreign(address=ADDRESS, carries=carried(OWNER, marks), **more)


def test_a_refusal_is_one_line_with_the_marks_the_resources_and_the_option():
    with pytest.raises(RefusedError) as raised:
        require_owned([foreign(resources=(TABLE,) * 12)])
    (line,) = map(str, raised.value.problems)
    assert line.startswith("tide-development (1/r): is not of tide/development: it carries ")
    assert (
        "the tags team=other and no digest of tidegen; it has 12 resources: Orders (AWS::" in line
    )
    assert "and 2 more; " in line
    assert line.endswith("or say --take-over tide-development to have them changed or removed")
    assert "\n" not in line


def test_consent_names_a_stack_of_the_plan():
    plan = Plan(environment="development", release="r", steps=(), foreign=(foreign(),))
    assert with_consent(plan, ()).foreign == plan.foreign
    with pytest.raises(InputError, match="--take-over other: is no stack of this environment"):
        with_consent(plan, ["other"])


def test_a_stack_that_is_only_required_is_taken_over_where_it_is_deployed():
    required = foreign(command="tidegen bootstrap --env development")
    with pytest.raises(RefusedError, match="run 'tidegen bootstrap --env development' first"):
        require_owned([required])
