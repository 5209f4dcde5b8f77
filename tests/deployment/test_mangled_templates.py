"""GetTemplate shows characters outside ASCII as `?` (coverage-roadmap#814 and #1220)."""

import pytest
from tiny_project import entry, network
from wire import rewritten

from tidegen.deployment.change_sets import template_request
from tidegen.deployment.imports.moving import planned_moves
from tidegen.deployment.reading.imports import import_plan
from tidegen.deployment.reading.preview import preview
from tidegen.errors import RefusedError
from tidegen.planning.mangled import is_mangled
from tidegen.planning.parameters import known_step
from tidegen.planning.states import NextAction

NAME = "Berichte – täglich"


def template(timeout=30, **more):
    made = entry(timeout=timeout)
    topic = {
        "Type": "AWS::SNS::Topic",
        "Properties": {"DisplayName": NAME},
        "Metadata": {"N": NAME},
    }
    return {**made, "Resources": {**made["Resources"], "News": topic, **more}}


def as_shown(text):
    """Return the answer as AWS gives it for a template with the characters themselves."""
    return text.replace("\\u2013", "?").replace("\\u00e4", "?")


@pytest.fixture
def shown(world, request):
    """A deployed environment whose templates are shown as AWS does, and its next templates."""
    name = "".join(filter(str.isalpha, request.node.name))[-12:]
    project, target = world.project(name), world.target(name, protected=False)
    project.nested("environment", {"Network": network(name), "Entry": template()})
    world.deploy(project, target)
    world.wire.arm(rewritten(as_shown), 1, times=10_000, only="GetTemplate")
    yield project, target
    world.wire.revive()


def test_such_a_text_is_unknown_and_not_changed(world, shown):
    project, target = shown
    changed = {"Network": network(target.name), "Entry": template(timeout=31)}
    project.nested("environment", changed)
    *_, planned = preview(world.plan(project, target), world.wire)
    assert [change.path for change in planned.changes] == ["Entry/Queue"]


def test_it_is_never_sent_back_by_an_import(world, shown):
    project, target = shown
    other = {"Type": "AWS::SQS::Queue", "DeletionPolicy": "Retain"}
    changed = {"Network": network(target.name), "Entry": template(Other=other)}
    project.nested("environment", changed)
    plan = world.plan(project, target)
    with pytest.raises(RefusedError, match=r"Entry: its deployed template has characters .* '\?'"):
        import_plan(plan, {"Entry/Other": "https://sqs/1/other"}, world.wire)


def test_nor_by_a_move(world, shown):
    project, target = shown
    moved = network(target.name)
    moved["Resources"]["Board"] = moved["Resources"].pop("Table")
    project.nested("environment", {"Network": moved, "Entry": template()})
    with pytest.raises(RefusedError, match="cannot be sent back; deploy first"):
        planned_moves(world.plan(project, target), ["Board"], world.wire)


@pytest.mark.parametrize(
    ("text", "wanted", "mangled"),
    [
        ("Berichte ? t?glich", NAME, True),
        ("Berichte ??? t??glich", NAME, True),
        ("Berichte ? w?chentlich", NAME, False),
        ("what?", "what!", False),
        ("?", "ä", True),
        (7, "ä", False),
        ("Berichte – täglich", NAME, False),
    ],
)
def test_a_question_mark_is_any_other_character_only(text, wanted, mangled):
    assert is_mangled(text, wanted) is mangled


def test_a_hidden_value_is_never_sent_back(world, shown):
    project, target = shown
    plan = world.plan(project, target)
    step = known_step(plan.steps[-1], plan.outputs)
    with pytest.raises(RefusedError, match=r"the value of Password is hidden \(NoEcho\)"):
        template_request(step, "shell", NextAction.UPDATE, {"A": "b", "Password": "****"})
