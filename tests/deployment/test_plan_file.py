"""A saved plan: the same again where nothing moved; each difference is named where it did."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tiny_project import VALUES, entry, network

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.deployment.executor import execute
from tidegen.deployment.plan_file import plan_of, plan_text, read_plan, saved_plan, write_plan
from tidegen.deployment.reading.planner import build_plan
from tidegen.deployment.reading.preview import preview
from tidegen.deployment.run import Clouds
from tidegen.errors import InputError
from tidegen.planning.model import StackResource
from tidegen.planning.saved_plan import differences

ENVIRONMENT = "tide-development"
CHILD = "arn:aws:cloudformation:x:1:stack/child/1"


class Planner:
    """Writes plans of an environment that is deployed, and that a release would change."""

    def __init__(self, double, project, target):
        self.double, self.project, self.target, self.values = double, project, target, VALUES
        root = f"arn:aws:cloudformation:x:1:stack/{ENVIRONMENT}/1"
        double.nested[root] = tuple(
            StackResource(
                logical_id=name, physical_id=stack, type=STACK_TYPE, status="CREATE_COMPLETE"
            )
            for name, stack in (("Network", CHILD), ("Entry", f"{CHILD}2"))
        )
        plan = self.plan(Clouds(double))
        execute(plan, double, approve=lambda _: True, pause=lambda seconds: None)
        double.templates[CHILD] = (project.folder / "environment-network.yaml").read_text()
        double.templates[f"{CHILD}2"] = (project.folder / "environment-entry.yaml").read_text()
        self.release("two")

    def release(self, value):
        self.project.nested("environment", {"Network": network(), "Entry": entry(value)})

    def plan(self, clouds):
        return build_plan(self.target, self.values, self.project.release, clouds)

    def saved(self, file="a", allowed=()):
        clouds = Clouds(self.double)
        plan = self.plan(clouds)
        shown = preview(plan, clouds)
        return saved_plan(plan, shown, clouds, file=file, created="2026-12-01", allowed=allowed)

    def moved(self, before):
        return [str(problem) for problem in differences(before, self.saved())]


@pytest.fixture
def planner(double, project, development):
    return Planner(double, project, development)


def changed(state):
    return replace(state, changed=datetime(2026, 12, 2, tzinfo=UTC))


def test_a_plan_is_the_same_after_writing_and_reading(planner, tmp_path):
    before = planner.saved(allowed=["Network/Table"])
    write_plan(tmp_path / "plan.json", before)
    read = read_plan(tmp_path / "plan.json")
    assert read.allowed == ("Network/Table",)
    assert plan_text(read) == plan_text(before)
    assert planner.moved(read) == []


def test_a_plan_is_written_whole_or_not_at_all(planner, tmp_path):
    before = planner.saved()
    write_plan(tmp_path / "plan.json", before)
    assert [path.name for path in tmp_path.glob("*plan*")] == ["plan.json"]
    with pytest.raises(InputError, match="is not a regular file; name another"):
        write_plan(Path("/dev/null"), before)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_plan(tmp_path / "file" / "plan.json", before)


def test_the_shown_changes_and_the_templates_are_in_the_file(planner):
    text = plan_text(planner.saved())
    environment = json.loads(text)["plan"]["roots"][-1]
    assert [change["path"] for change in environment["changes"]] == ["Entry/Note"]
    assert environment["state"]["templates"].keys() == {"", "Network", "Entry"}
    assert len(environment["template"]) == 64


def test_other_templates_are_named(planner):
    before = planner.saved()
    planner.release("three")
    problems = planner.moved(before)
    assert f"{ENVIRONMENT}: its templates are not those of the plan" in problems
    assert any("changes: Entry/Note: the change that was shown" in text for text in problems)


def test_another_parameter_is_named(planner):
    before = planner.saved()
    planner.values = {**VALUES, "environment": {"network.color": "green"}}
    expected = f"{ENVIRONMENT}: parameters: NetworkColor: is 'green', 'blue' in the plan"
    assert expected in planner.moved(before)


def test_another_environment_file_is_named(planner):
    problems = [str(problem) for problem in differences(planner.saved("b"), planner.saved())]
    assert problems == ["development: its environment file has other values than in the plan"]


def test_a_stack_that_was_changed_since_is_named(planner):
    before = planner.saved()
    state = planner.double.stacks[ENVIRONMENT]
    planner.double.stacks[ENVIRONMENT] = changed(state)
    (problem,) = planner.moved(before)
    assert problem.startswith(f"{ENVIRONMENT}: was changed since: is '2026-12-02")


def test_a_stack_that_was_deleted_since_is_named(planner):
    before = planner.saved()
    del planner.double.stacks[ENVIRONMENT]
    assert f"{ENVIRONMENT}: was deleted since" in planner.moved(before)


def test_a_nested_template_that_was_changed_by_hand_is_named(planner):
    before = planner.saved()
    planner.double.templates[CHILD] = json.dumps(network("red"))
    assert f"{ENVIRONMENT}: has other deployed templates: Network" in planner.moved(before)


def test_a_resource_that_was_recreated_is_named(planner):
    table = StackResource(
        logical_id="Table", physical_id="t-1", type="AWS::DynamoDB::Table", status="CREATE_COMPLETE"
    )
    planner.double.nested[CHILD] = (table,)
    before = planner.saved()
    planner.double.nested[CHILD] = (replace(table, physical_id="t-2"),)
    assert planner.moved(before) == [f"{ENVIRONMENT}: has other resources: Network/Table"]


def edits(text, count=300):
    """Yield the text with single bytes removed, replaced or doubled, and cut at any place."""
    chance = random.Random(14)  # noqa: S311 - the same edits each time
    content = text.encode()
    for _ in range(count):
        place = chance.randrange(len(content) - 1)
        yield content[:place]
        yield content[:place] + content[place + 1 :]
        yield content[:place] + bytes([chance.randrange(256)]) + content[place + 1 :]
        yield content[:place] + content[place : place + 9] + content[place:]


def test_an_edited_file_is_read_as_the_same_plan_or_refused_in_one_line(planner, tmp_path):
    text = plan_text(planner.saved())
    path = tmp_path / "plan.json"
    refused = 0
    for content in edits(text):
        path.write_bytes(content)
        try:
            assert plan_text(read_plan(path)) == text  # white space
        except InputError as error:
            (problem,) = error.problems
            assert problem.where == str(path)
            assert "\n" not in problem.message
            assert problem.message.endswith("write it again with 'tidegen plan --out'")
            refused += 1
    assert refused > 1000


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is no plan of tidegen"),
        (b"\xff\xfe", "is no plan of tidegen"),
        (b"[]", "is no plan of tidegen"),
        (b"[" * 100_000, "is no plan of tidegen"),
        (b'{"format": "tidegen-plan", "version": 2}', "has version 2 of the format"),
        (b'{"format": "tidegen-plan", "version": 1}', "was edited or is not complete"),
    ],
)
def test_other_content_is_no_plan(content, reason):
    with pytest.raises(ValueError, match=reason):
        plan_of(content)


def test_a_plan_with_fields_of_another_version_is_refused(planner):
    from tidegen.deployment import plan_file

    document = json.loads(plan_text(planner.saved()))
    del document["plan"]["roots"][0]["template"]
    document["sha256"] = plan_file._checksum(document["plan"])
    with pytest.raises(ValueError, match=r"roots\.0\.template: Field required"):
        plan_of(json.dumps(document).encode())
