"""The record of the last deploy, and the checkouts that are older than it."""

from dataclasses import replace

import pytest

from tidegen.contract import COMMIT, DEPLOYED_BY, Scope
from tidegen.planning.digest import root_digest
from tidegen.planning.model import Place, Plan, RootStep, RootTemplate, StackAddress, StackState
from tidegen.planning.record import older_roots, recorded, with_record

DEPLOYED = "d" * 40
ADDRESS = StackAddress(Place("111122223333", "us-west-2"), "tide-development", Scope.ENVIRONMENT)


def step(*declared):
    body = {"Parameters": {name: {"Type": "String"} for name in declared}}
    template = RootTemplate(
        name="environment.yaml", content=b"", body=body, sha256="", scope=Scope.ENVIRONMENT
    )
    return RootStep(
        address=ADDRESS,
        project="tide",
        environment="development",
        template=template,
        parameters={"Release": "current"},
    )


def plan(**outputs):
    state = StackState(
        name=ADDRESS.name, stack_id="arn:stack", status="UPDATE_COMPLETE", outputs=outputs
    )
    return Plan(environment="development", release="1", steps=(step(),), states={ADDRESS: state})


def test_a_template_of_an_older_release_gets_no_record():
    assert with_record(step(), "abc", "arn:caller").parameters == {"Release": "current"}
    given = with_record(step(COMMIT, DEPLOYED_BY), "", "arn:caller").parameters
    assert given == {"Release": "current", COMMIT: "unknown", DEPLOYED_BY: "arn:caller"}


def test_the_record_is_no_part_of_the_digest():
    one = root_digest(b"root", {"Release": "1", COMMIT: "a", DEPLOYED_BY: "b"})
    assert one == root_digest(b"root", {"Release": "1"}) != root_digest(b"root", {"Release": "2"})


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (False, "which this checkout does not contain: it is older"),
        (None, "this checkout does not know that commit"),
    ],
)
def test_a_checkout_that_is_not_past_the_deployed_commit(answer, text):
    asked = []
    deployed = plan(**{COMMIT: f"{DEPLOYED}-dirty", DEPLOYED_BY: "arn:other"})
    (older,) = older_roots(deployed, lambda commit: asked.append(commit) or answer)
    assert text in str(older)
    assert "tide-development was deployed from commit dddddddddddd, by arn:other" in str(older)
    assert older.known is (answer is False)
    assert asked == [DEPLOYED]


def test_a_newer_checkout_and_an_unknown_record_are_no_problem():
    deployed = plan(**{COMMIT: DEPLOYED})
    assert list(older_roots(deployed, lambda commit: True)) == []
    for outputs in ({}, {COMMIT: "unknown"}):
        assert list(older_roots(plan(**outputs), lambda commit: False)) == []
    absent = replace(deployed, states={ADDRESS: None})
    assert list(older_roots(absent, lambda commit: False)) == []


def test_an_unknown_record_is_empty():
    state = plan(**{COMMIT: "unknown"}).states[ADDRESS]
    assert recorded(state, COMMIT) == recorded(state, DEPLOYED_BY) == ""
