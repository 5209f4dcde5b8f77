"""A plan is judged over all of its roots before anything is touched, and compared at execution."""

import json
from dataclasses import replace

import pytest
from double import nested_change
from tiny_project import VALUES, entry, network, protected_network

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.cloudformation.schemas import Replacement
from tidegen.deployment.events import Result
from tidegen.deployment.executor import execute
from tidegen.deployment.reading.planner import build_plan
from tidegen.deployment.reading.preview import preview
from tidegen.deployment.run import Clouds
from tidegen.deployment.whole_plan import consents, plan_problems, require_none, unseen
from tidegen.errors import InputError, RefusedError
from tidegen.planning.changes import Action, ResourceChange
from tidegen.planning.model import StackResource

ENVIRONMENT = "tide-development"


class Operator:
    """Plans, and deploys what was shown, as the command does."""

    def __init__(self, double, project, target):
        self.double, self.project, self.target = double, project, target
        self.clouds = Clouds(double)
        self.asked = []

    def plan(self):
        return build_plan(self.target, VALUES, self.project.release, self.clouds)

    def problems(self, **more):
        plan = self.plan()
        found = plan_problems(plan, preview(plan, self.clouds), **more)
        return [str(problem) for problem in found]

    def deploy(self, shown=None):
        plan = self.plan()
        shown = preview(plan, self.clouds) if shown is None else shown

        def approve(step):
            self.asked.append([str(item) for item in unseen(step)])
            return True

        return execute(plan, self.clouds, approve=approve, shown=shown, pause=lambda seconds: None)


@pytest.fixture
def operator(double, project, development):
    """An operator whose environment is deployed."""
    child = "arn:aws:cloudformation:x:1:stack/child/1"
    root = f"arn:aws:cloudformation:x:1:stack/{ENVIRONMENT}/1"
    double.nested[root] = (
        StackResource(
            logical_id="Network", physical_id=child, type=STACK_TYPE, status="CREATE_COMPLETE"
        ),
    )
    someone = Operator(double, project, development)
    someone.deploy()
    double.templates[child] = (project.folder / "environment-network.yaml").read_text()
    double.calls.clear()
    return someone


def without_table():
    template = network()
    del template["Resources"]["Table"]
    return template


def test_a_guard_of_the_second_root_is_known_before_the_first_is_touched(operator):
    """The access root was deployed, then the environment was refused."""
    operator.project.direct("access", {"Role": {"Type": "AWS::IAM::Role", "Properties": {}}})
    operator.project.nested("environment", {"Network": without_table(), "Entry": entry()})
    (problem,) = operator.problems()
    assert problem.startswith("Network/Table: AWS::DynamoDB::Table holds state and would be remov")
    assert not [c for c in operator.double.calls if c.startswith(("create", "put", "execute"))]
    assert operator.problems(allowed=["Table"]) == []


def test_missing_prerequisites_are_problems_unless_the_command_creates_them(operator):
    del operator.double.stacks["tide-account"]
    plan = operator.plan()
    assert operator.problems() == ["account: is missing; run 'tidegen bootstrap --env development'"]
    assert operator.problems(made=plan.missing) == []
    with pytest.raises(RefusedError, match="1 problem; nothing was changed"):
        require_none(plan_problems(plan, ()))


def test_a_state_that_needs_a_person_is_a_problem(operator):
    state = operator.double.stacks[ENVIRONMENT]
    operator.double.stacks[ENVIRONMENT] = replace(state, status="IMPORT_ROLLBACK_FAILED")
    (problem,) = operator.problems()
    assert "IMPORT_ROLLBACK_FAILED: an import and its rollback failed" in problem


def test_leftovers_of_a_failed_creation_are_problems_of_the_plan(operator):
    state = operator.double.stacks[ENVIRONMENT]
    operator.double.stacks[ENVIRONMENT] = replace(state, status="ROLLBACK_FAILED", outputs={})
    child = "arn:aws:cloudformation:x:1:stack/child/1"
    table = StackResource(
        logical_id="Table", physical_id="t-1", type="AWS::DynamoDB::Table", status="CREATE_COMPLETE"
    )
    operator.double.nested[child] = (table,)
    problems = operator.problems()
    assert any("Network/Table: AWS::DynamoDB::Table t-1 holds state in" in p for p in problems)
    assert any("run aws cloudformation delete-stack" in p for p in problems)


def test_a_stack_that_is_deleted_first_is_shown_as_created(operator):
    """Its nested stacks were shown as removed."""
    state = operator.double.stacks[ENVIRONMENT]
    operator.double.stacks[ENVIRONMENT] = replace(state, status="ROLLBACK_COMPLETE", outputs={})
    operator.double.nested.clear()
    shown = preview(operator.plan(), operator.clouds)[-1]
    assert {change.action for change in shown.changes} == {Action.ADD}
    assert shown.status == "ROLLBACK_COMPLETE"


def test_an_interrupted_move_is_a_problem_unless_it_is_asked_for(operator):
    root = f"arn:aws:cloudformation:x:1:stack/{ENVIRONMENT}/1"
    body = json.loads((operator.project.folder / "roots/environment.yaml").read_text())
    body["Metadata"]["Tidegen"]["Moves"] = {"Entry/Queue2": "https://queue"}
    operator.double.templates[root] = json.dumps(body)
    operator.project.nested("environment", {"Network": network(), "Entry": entry("two")})
    (problem,) = operator.problems()
    assert "Entry/Queue2: the move of https://queue to this path was interrupted" in problem
    assert operator.problems(moved=["Queue2"]) == operator.problems(moved=["Entry/Queue2"]) == []


def test_a_step_as_it_was_shown_has_nothing_unseen(operator):
    operator.project.nested("environment", {"Network": network(), "Entry": entry("two")})
    operator.asked.clear()
    assert operator.deploy()[-1].result is Result.UPDATED
    assert operator.asked == [[]]


@pytest.mark.parametrize(
    ("action", "replacement", "text"),
    [
        (Action.MODIFY, Replacement.NEVER, "would be modified, which was not shown"),
        (Action.REPLACE, Replacement.ALWAYS, "would be replaced, which was not shown"),
    ],
)
def test_a_change_set_that_does_more_is_named(operator, action, replacement, text):
    operator.project.nested("environment", {"Network": network(), "Entry": entry("two")})
    more = ResourceChange(
        logical_id="Topic", type="AWS::SNS::Topic", action=action, replacement=replacement
    )
    operator.double.says[ENVIRONMENT] = (nested_change("Network", more), nested_change("Entry"))
    operator.deploy()
    assert [f"Network/Topic: {text}"] in operator.asked


def test_both_updates_of_a_creation_are_compared_with_what_was_shown(double, project, development):
    project.nested("environment", {"Network": protected_network(), "Entry": entry()})
    someone = Operator(double, project, development)
    someone.deploy()
    assert someone.asked == [[], [], []]  # access, and both updates of the environment


def test_a_deploy_without_changes_calls_nothing_that_the_plan_has_read(operator):
    plan = operator.plan()
    shown = preview(plan, operator.clouds)
    operator.double.calls.clear()
    read = []
    operator.double.stack_policy = lambda stack: read.append(stack)
    outcomes = execute(plan, operator.clouds, approve=lambda _: False, shown=shown)
    assert {outcome.result for outcome in outcomes} == {Result.UNCHANGED}
    assert (operator.double.calls, read) == ([], [])


def test_a_consent_names_one_change(operator):
    operator.project.nested("environment", {"Network": without_table(), "Entry": entry()})
    shown = preview(operator.plan(), operator.clouds)
    assert consents(shown, ["Table"]) == consents(shown, ["Network/Table"]) == ("Network/Table",)
    with pytest.raises(InputError, match="did you mean Network/Table"):
        consents(shown, ["Network/Tables"])


def test_a_consent_of_a_command_that_is_run_again_is_no_mistake(operator):
    shown = preview(operator.plan(), operator.clouds)
    assert consents(shown, ["Network/Table"]) == ("Network/Table",)
