"""The executor where no engine can take it, on the double."""

from dataclasses import replace

import pytest
from double import NO_CHANGES, Double, nested_change
from tiny_project import VALUES, entry, network

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.cloudformation.schemas import Replacement
from tidegen.contract import Scope
from tidegen.deployment.destroy import destroy_plan, execute_destroy
from tidegen.deployment.events import Attached, Progress, Recovering, Result
from tidegen.deployment.executor import execute
from tidegen.deployment.reading.planner import build_plan
from tidegen.deployment.reading.preview import preview
from tidegen.deployment.run import Clouds
from tidegen.errors import AccessError, DeploymentError, RefusedError
from tidegen.planning.changes import Action, ChangeSource, ResourceChange, Verdict
from tidegen.planning.model import StackResource

ACCESS, ENVIRONMENT = "tide-development-access", "tide-development"
NUMBER = "111122223333"


@pytest.fixture
def number():
    return NUMBER


@pytest.fixture
def double():
    """An account in which everything stands that an environment needs."""
    cloud = Double()
    cloud.add("tide-identity")
    cloud.add("tide-bootstrap", outputs={"ArtifactsBucketName": "artifacts"})
    cloud.add("tide-account")
    cloud.outputs = {"ExecutionRoleArn": "arn:aws:iam::111122223333:role/execution"}
    return cloud


def deploy(double, project, target, answer=True, allowed=(), emit=lambda event: None):
    plan = build_plan(target, VALUES, project.release, double)
    return execute(
        plan,
        double,
        approve=answer if callable(answer) else lambda shown: answer,
        allowed=allowed,
        emit=emit,
        pause=lambda seconds: None,
    )


@pytest.fixture
def standing(double, project, development):
    child = "arn:aws:cloudformation:x:1:stack/child/1"
    root = f"arn:aws:cloudformation:x:1:stack/{ENVIRONMENT}/1"
    double.nested[root] = (StackResource("Network", child, STACK_TYPE, "CREATE_COMPLETE"),)
    deploy(double, project, development)
    double.outcomes.clear()
    double.calls.clear()
    return double


def test_another_account_is_refused_before_anything_else_is_called(double, project, development):
    double.number = "999999999999"
    with pytest.raises(AccessError, match=r"999999999999.*111122223333"):
        deploy(double, project, development)
    assert double.calls == ["account"]


def test_the_execution_role_of_the_first_step_is_used_by_the_next(double, project, development):
    deploy(double, project, development)
    roles = [request.service_role for request in double.requests.values()]
    assert roles == [None, "arn:aws:iam::111122223333:role/execution"]


def test_only_project_and_environment_are_tags(double, project, development):
    deploy(double, project, development)
    tags = {tuple(request.tags.items()) for request in double.requests.values()}
    assert tags == {(("project", "tide"), ("environment", "development"))}


def test_the_accounts_own_stack_is_tagged_as_no_environments(double, project, account):
    """Roles of environments are denied what carries another tag; all of them use the other two."""
    steps = build_plan(account, VALUES, project.release, double).steps
    assert {step.scope: step.tags.get("environment") for step in steps} == {
        Scope.IDENTITY: None,
        Scope.BOOTSTRAP: None,
        Scope.ACCOUNT: "account",
    }


def test_no_changes_in_cloudformations_words_is_a_success(standing, project, development):
    green = {**VALUES, "environment": {"network.color": "green"}}
    standing.says[ENVIRONMENT] = NO_CHANGES
    plan = build_plan(development, green, project.release, standing)
    outcomes = execute(plan, standing, approve=lambda shown: True)
    assert [outcome.result for outcome in outcomes] == [Result.UNCHANGED, Result.UNCHANGED]
    assert "delete_change_set" in standing.calls


def test_a_change_set_that_fails_otherwise_is_an_error_and_goes(double, project, development):
    double.says[ACCESS] = "Transform failed"
    with pytest.raises(DeploymentError, match="Transform failed"):
        deploy(double, project, development)
    assert ACCESS not in double.stacks


def test_child_change_sets_are_shown_with_their_source(standing, project, development):
    project.write("roots/environment.yaml", _recolored(project))
    change = ResourceChange(
        "Table", "AWS::DynamoDB::Table", Action.REPLACE, Replacement.ALWAYS, ("TableName",)
    )
    standing.says[ENVIRONMENT] = (nested_change("Network", change), nested_change("Entry"))
    standing.templates["arn:aws:cloudformation:x:1:stack/child/1"] = _child_text(project)
    shown = []
    with pytest.raises(RefusedError, match=r"Network/Table.*replaced \(change set\)"):
        deploy(standing, project, development, answer=shown.append)
    assert (
        deploy(
            standing,
            project,
            development,
            allowed=["Network/Table"],
            answer=lambda preview: shown.append(preview) or True,
        )[-1].result
        is Result.UPDATED
    )
    (found,) = (c for c in shown[0].changes if c.source is ChangeSource.CHANGE_SET)
    assert found.path == "Network/Table"


def _recolored(project):
    import json

    body = json.loads((project.folder / "roots/environment.yaml").read_text())
    body["Description"] = "another"
    return body


def _child_text(project):
    return (project.folder / "environment-network.yaml").read_text()


def test_an_operation_under_way_is_followed(standing, project, development):
    state = standing.stacks[ENVIRONMENT]
    standing.stacks[ENVIRONMENT] = replace(state, status="UPDATE_IN_PROGRESS")
    standing.record(state.stack_id, ENVIRONMENT, state.stack_id, STACK_TYPE, "UPDATE_IN_PROGRESS")
    plan = build_plan(development, VALUES, project.release, standing)
    standing.outcomes[ENVIRONMENT] = ["UPDATE_COMPLETE"]
    events = []
    outcomes = execute(plan, standing, approve=lambda s: True, emit=events.append)
    assert outcomes[-1].result is Result.UNCHANGED
    assert [event.status for event in events if isinstance(event, Attached)] == [
        "UPDATE_IN_PROGRESS"
    ]
    assert not [call for call in standing.calls if call.startswith("create_change_set")]


def test_a_failed_rollback_is_continued_once_approved(standing, project, development):
    state = standing.stacks[ENVIRONMENT]
    standing.stacks[ENVIRONMENT] = replace(state, status="UPDATE_ROLLBACK_FAILED")
    assert deploy(standing, project, development, answer=False)[-1].result is Result.DECLINED
    assert "continue_rollback" not in standing.calls
    plan = build_plan(development, VALUES, project.release, standing)
    standing.outcomes[ENVIRONMENT] = ["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]
    events = []
    outcomes = execute(
        plan, standing, approve=lambda s: True, emit=events.append, pause=lambda seconds: None
    )
    assert outcomes[-1].result is Result.UNCHANGED
    assert [e.what for e in events if isinstance(e, Recovering)] == ["continue rollback"]


def test_a_failure_in_a_nested_stack_leads_the_error(double, project, development):
    events = []
    child = "arn:aws:cloudformation:x:1:stack/child/1"

    def approve(shown):
        if shown.step.stack_name == ENVIRONMENT:
            root = double.stacks[ENVIRONMENT].stack_id
            double.outcomes[ENVIRONMENT] = ["CREATE_IN_PROGRESS", "ROLLBACK_COMPLETE"]
            original = double.execute_change_set

            def fail(change_set_id):
                original(change_set_id)
                record = double.record
                record(root, "Network", child, STACK_TYPE, "CREATE_IN_PROGRESS")
                record(child, "Topic", "", "AWS::SNS::Topic", "CREATE_FAILED", "Rate exceeded")
                record(
                    child,
                    "Table",
                    "",
                    "AWS::DynamoDB::Table",
                    "CREATE_FAILED",
                    "Resource creation cancelled",
                )
                record(root, "Network", child, STACK_TYPE, "CREATE_FAILED", "Embedded stack failed")

            double.execute_change_set = fail
        return True

    with pytest.raises(DeploymentError) as raised:
        deploy(double, project, development, answer=approve, emit=events.append)
    assert raised.value.problems[0].where == "Network/Topic"
    assert "Rate exceeded; AWS throttled" in raised.value.problems[0].message
    paths = [event.event.path for event in events if isinstance(event, Progress)]
    assert paths.count("Network/Topic") == 1


def test_protection_left_undone_is_completed_although_nothing_changes(
    standing, project, development
):
    protected = replace(development, protected=True)
    standing.policies.clear()
    outcomes = deploy(standing, project, protected)
    assert outcomes[-1].result is Result.UNCHANGED
    assert [call for call in standing.calls if call.startswith("set_stack_policy")] == [
        "set_stack_policy child",
        f"set_stack_policy {ENVIRONMENT}",
    ]
    assert standing.stacks[ENVIRONMENT].protected
    standing.calls.clear()
    deploy(standing, project, protected)
    assert not [call for call in standing.calls if call.startswith("set_")]


def test_a_root_without_state_asks_for_no_policy(standing, project, development):
    asked = []
    standing.stack_policy = lambda stack: asked.append(stack) or standing.policies.get(stack)
    deploy(standing, project, development)
    assert asked == [standing.stacks[ENVIRONMENT].stack_id]
    assert {stack.split("/")[1] for stack in standing.policies} == {ENVIRONMENT, "child"}


@pytest.mark.parametrize("n", [0, 1])
def test_protection_whose_lifting_was_interrupted_is_put_back(standing, project, development, n):
    plan = build_plan(development, VALUES, project.release, standing)
    before = dict(standing.policies)
    project.write("roots/environment.yaml", _recolored(project))
    setter, left = standing.set_stack_policy, [None] * n

    def killed(stack, policy):
        setter(stack, policy)
        if not left:
            raise KeyboardInterrupt
        left.pop()

    standing.set_stack_policy = killed
    with pytest.raises(KeyboardInterrupt):
        deploy(standing, project, development, allowed=["Table"])
    standing.set_stack_policy = setter
    assert standing.policies != before
    outcomes = execute(plan, standing, approve=lambda shown: True)
    assert outcomes[-1].result is Result.UNCHANGED
    assert standing.policies == before


def test_a_nested_stack_that_is_not_listed_yet_is_protected_by_the_next_run(
    double, project, development
):
    listed, double.resources = double.resources, lambda stack: ()
    deploy(double, project, development)
    double.resources = listed
    child = next(s for s in double.stacks.values() if s.name == f"{ENVIRONMENT}-Network")
    assert child.stack_id not in double.policies
    deploy(double, project, development)
    assert "Table" in double.policies[child.stack_id]
    double.calls.clear()
    deploy(double, project, development)
    assert not [call for call in double.calls if call.startswith("set_stack_policy")]


def test_nothing_changes_costs_few_calls(standing, project, development):
    deploy(standing, project, development)
    # Whose credentials (for the plan and for the deploy, which the command line makes one), and
    # each stack of the plan once; stack policies are not in the double's record.
    assert len(standing.calls) <= 7


def test_a_protected_environment_is_not_destroyed(standing, development):
    with pytest.raises(RefusedError, match="is protected"):
        destroy_plan(replace(development, protected=True), standing)
    assert not standing.calls


def test_an_account_in_use_is_not_destroyed(standing, account):
    standing.stacks[ENVIRONMENT] = replace(standing.stacks[ENVIRONMENT], tags={"project": "tide"})
    with pytest.raises(RefusedError, match="still needs"):
        destroy_plan(account, standing)


def test_destroying_stops_at_the_first_failure(standing, development):
    plan = destroy_plan(development, standing)
    standing.outcomes[ENVIRONMENT] = ["DELETE_IN_PROGRESS", "DELETE_IN_PROGRESS", "DELETE_FAILED"]
    with pytest.raises(DeploymentError, match="DELETE_FAILED"):
        execute_destroy(plan, standing, pause=lambda seconds: None)
    assert standing.calls.count("delete_stack") == 1


def test_a_failed_update_puts_relaxed_protection_back(standing, project, development):
    project.write("roots/environment.yaml", _recolored(project))
    standing.outcomes[ENVIRONMENT] = []
    original = standing.execute_change_set

    def fail(change_set_id):
        original(change_set_id)
        standing.outcomes[ENVIRONMENT] = ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]

    standing.execute_change_set = fail
    seen = []
    setter = standing.set_stack_policy
    standing.set_stack_policy = lambda stack, policy: (seen.append(policy), setter(stack, policy))
    with pytest.raises(DeploymentError, match="UPDATE_ROLLBACK_COMPLETE"):
        deploy(standing, project, development, allowed=["Table"])
    root, nested, *restored = seen
    assert "Network" not in root
    assert "Table" not in nested
    assert "LogicalResourceId/Table" in restored[0]
    assert "LogicalResourceId/Network" in restored[1]


def test_mending_that_fails_is_an_error(standing, project, development):
    state = standing.stacks[ENVIRONMENT]
    standing.stacks[ENVIRONMENT] = replace(state, status="ROLLBACK_COMPLETE")
    standing.nested = {
        stack: tuple(replace(resource, status="DELETE_COMPLETE") for resource in found)
        for stack, found in standing.nested.items()
    }
    plan = build_plan(development, VALUES, project.release, standing)
    standing.outcomes[ENVIRONMENT] = ["DELETE_IN_PROGRESS", "DELETE_FAILED"]
    with pytest.raises(DeploymentError, match="DELETE_FAILED"):
        execute(plan, standing, approve=lambda s: True, pause=lambda seconds: None)


def test_a_change_set_in_the_making_is_waited_for(double, project, development):
    original, looks = double.change_set, []

    def slow(change_set_id):
        looks.append(change_set_id)
        made = original(change_set_id)
        return made if len(looks) > 2 else replace(made, status="CREATE_IN_PROGRESS")

    double.change_set = slow
    assert deploy(double, project, development)[-1].result is Result.CREATED


def test_one_clouds_is_asked_once_whose_credentials_it_has(standing, project, development):
    clouds = Clouds(standing)
    plan = build_plan(development, VALUES, project.release, clouds)
    execute(plan, clouds, approve=lambda s: True)
    assert standing.calls.count("account") == 1


def test_a_preview_before_the_first_deploy_names_what_it_waits_for(double, project, development):
    plan = build_plan(development, VALUES, project.release, double)
    access, environment = preview(plan, double)
    assert [change.path for change in access.changes] == ["Role"]
    assert [address.name for address in environment.pending] == [ACCESS]
    assert {change.path for change in environment.changes} >= {"Network/Table", "Entry/Note"}


def test_a_preview_by_change_set_says_why_there_is_none(standing, project, development):
    green = {**VALUES, "environment": {"network.color": "green"}}
    plan = build_plan(development, green, project.release, standing)
    standing.says[ENVIRONMENT] = "Transform failed"
    with pytest.raises(DeploymentError, match="Transform failed"):
        preview(plan, standing, change_sets=True)
    standing.says[ENVIRONMENT] = NO_CHANGES
    changes = preview(plan, standing, change_sets=True)[-1].changes
    assert {change.otherwise for change in changes} == {Verdict(ChangeSource.CHANGE_SET)}


def test_a_failed_stack_that_holds_state_is_not_deleted_to_be_made_anew(
    standing, project, development
):
    state = standing.stacks[ENVIRONMENT]
    standing.stacks[ENVIRONMENT] = replace(state, status="ROLLBACK_FAILED")
    child = "arn:aws:cloudformation:x:1:stack/child/1"
    table = StackResource("Table", "t-blue", "AWS::DynamoDB::Table", "CREATE_COMPLETE")
    standing.nested[child] = (table,)
    standing.templates[child] = _child_text(project)
    with pytest.raises(RefusedError) as raised:
        deploy(standing, project, development)
    kept, to_do = map(str, raised.value.problems)
    assert kept.startswith("Network/Table: AWS::DynamoDB::Table t-blue holds state in a stack")
    assert f"delete-stack --stack-name {ENVIRONMENT} --region eu-central-1 (which keeps" in to_do
    command = "tidegen import --env development environment:Network/Table='t-blue', then deploy"
    assert command in to_do
    assert "delete_stack" not in standing.calls
    standing.nested[child] = (replace(table, status="DELETE_COMPLETE"),)
    standing.outcomes[ENVIRONMENT] = []
    assert deploy(standing, project, development, answer=False)[-1].result is Result.DECLINED


def test_a_status_that_no_deploy_can_mend_is_refused(standing, project, development):
    state = standing.stacks[ENVIRONMENT]
    standing.stacks[ENVIRONMENT] = replace(state, status="IMPORT_ROLLBACK_FAILED")
    with pytest.raises(RefusedError, match="IMPORT_ROLLBACK_FAILED: an import and its rollback"):
        deploy(standing, project, development)


def test_a_refused_change_set_is_explained_by_early_validation(standing, project, development):
    project.write("roots/environment.yaml", _recolored(project))
    standing.says[ENVIRONMENT] = "The following hook(s)/validation failed"
    standing.problems = ("Bucket AWS::S3::Bucket: Bucket exists",)
    with pytest.raises(DeploymentError) as raised:
        deploy(standing, project, development)
    assert [problem.message for problem in raised.value.problems] == [
        "CloudFormation created no change set: The following hook(s)/validation failed",
        "Bucket AWS::S3::Bucket: Bucket exists",
    ]


@pytest.mark.parametrize("fails", [False, True])
def test_the_last_state_of_a_nested_stack_may_go_once_it_is_allowed(
    double, project, development, fails
):
    """Its policy is of a stack that will hold no state: it is lifted all the same, and put back."""
    deploy(double, project, development)
    (stack_id,) = {
        resource.physical_id
        for resource in double.resources(double.stacks[ENVIRONMENT].stack_id)
        if resource.logical_id == "Network"
    }
    protected = double.stack_policy(stack_id)
    assert "LogicalResourceId/Table" in protected
    emptied = network()
    del emptied["Resources"]["Table"]
    project.nested("environment", {"Network": emptied, "Entry": entry()})
    with pytest.raises(RefusedError, match="Network/Table"):
        deploy(double, project, development)
    double.outcomes.clear()
    if not fails:
        assert deploy(double, project, development, allowed=["Network/Table"])[-1].result is (
            Result.UPDATED
        )
        return
    double.outcomes[ENVIRONMENT] = ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]
    with pytest.raises(DeploymentError):
        deploy(double, project, development, allowed=["Network/Table"])
    assert double.stack_policy(stack_id) == protected
