"""The executor in cases that the engine cannot reproduce, on the double."""

from dataclasses import replace

import pytest
from double import NO_CHANGES, nested_change
from tiny_project import VALUES, entry, network

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.cloudformation.schemas import Replacement
from tidegen.contract import Scope
from tidegen.deployment.destroy import destroy_plan, execute_destroy
from tidegen.deployment.events import Attached, Progress, Recovering, Result, Warned
from tidegen.deployment.executor import execute
from tidegen.deployment.reading.planner import build_plan
from tidegen.deployment.reading.preview import preview
from tidegen.deployment.run import Clouds
from tidegen.errors import AccessError, DeploymentError, RefusedError
from tidegen.planning.changes import Action, ChangeSource, ResourceChange, Verdict
from tidegen.planning.model import StackResource

ACCESS, ENVIRONMENT = "tide-development-access", "tide-development"


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
def deployed(double, project, development):
    child = "arn:aws:cloudformation:x:1:stack/child/1"
    root = f"arn:aws:cloudformation:x:1:stack/{ENVIRONMENT}/1"
    double.nested[root] = (
        StackResource(
            logical_id="Network", physical_id=child, type=STACK_TYPE, status="CREATE_COMPLETE"
        ),
    )
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


def test_account_roots_have_no_environments_tag(double, project, account):
    """Environments' roles are denied resources with another tag; all use identity and bootstrap."""
    steps = build_plan(account, VALUES, project.release, double).steps
    assert {step.scope: step.tags.get("environment") for step in steps} == {
        Scope.IDENTITY: None,
        Scope.BOOTSTRAP: None,
        Scope.ACCOUNT: "account",
    }


def test_a_change_set_without_changes_is_a_success(deployed, project, development):
    green = {**VALUES, "environment": {"network.color": "green"}}
    deployed.says[ENVIRONMENT] = NO_CHANGES
    plan = build_plan(development, green, project.release, deployed)
    outcomes = execute(plan, deployed, approve=lambda shown: True)
    assert [outcome.result for outcome in outcomes] == [Result.UNCHANGED, Result.UNCHANGED]
    assert "delete_change_set" in deployed.calls


def test_a_failed_change_set_is_an_error_and_is_deleted(double, project, development):
    double.says[ACCESS] = "Transform failed"
    with pytest.raises(DeploymentError, match="Transform failed"):
        deploy(double, project, development)
    assert ACCESS not in double.stacks


def test_child_change_sets_are_shown_with_their_source(deployed, project, development):
    project.write("roots/environment.yaml", _recolored(project))
    change = ResourceChange(
        logical_id="Table",
        type="AWS::DynamoDB::Table",
        action=Action.REPLACE,
        replacement=Replacement.ALWAYS,
        properties=("TableName",),
    )
    deployed.says[ENVIRONMENT] = (nested_change("Network", change), nested_change("Entry"))
    deployed.templates["arn:aws:cloudformation:x:1:stack/child/1"] = _child_text(project)
    shown = []
    with pytest.raises(
        RefusedError,
        match=r"Network/Table.*replaced: the old one stays, in no stack \(change set\)",
    ):
        deploy(deployed, project, development, answer=shown.append)
    assert (
        deploy(
            deployed,
            project,
            development,
            allowed=["Network/Table"],
            answer=lambda preview: shown.append(preview) or True,
        )[-1].result
        is Result.UPDATED
    )
    (change,) = (c for c in shown[0].changes if c.source is ChangeSource.CHANGE_SET)
    assert change.path == "Network/Table"


def _recolored(project):
    import json

    body = json.loads((project.folder / "roots/environment.yaml").read_text())
    body["Description"] = "another"
    return body


def _child_text(project):
    return (project.folder / "environment-network.yaml").read_text()


def test_an_operation_in_progress_is_followed(deployed, project, development):
    state = deployed.stacks[ENVIRONMENT]
    deployed.stacks[ENVIRONMENT] = replace(state, status="UPDATE_IN_PROGRESS")
    deployed.record(state.stack_id, ENVIRONMENT, state.stack_id, STACK_TYPE, "UPDATE_IN_PROGRESS")
    plan = build_plan(development, VALUES, project.release, deployed)
    deployed.outcomes[ENVIRONMENT] = ["UPDATE_COMPLETE"]
    events = []
    outcomes = execute(plan, deployed, approve=lambda s: True, emit=events.append)
    assert outcomes[-1].result is Result.UNCHANGED
    assert [event.status for event in events if isinstance(event, Attached)] == [
        "UPDATE_IN_PROGRESS"
    ]
    assert not [call for call in deployed.calls if call.startswith("create_change_set")]


def test_a_failed_rollback_is_continued_once_approved(deployed, project, development):
    state = deployed.stacks[ENVIRONMENT]
    deployed.stacks[ENVIRONMENT] = replace(state, status="UPDATE_ROLLBACK_FAILED")
    assert deploy(deployed, project, development, answer=False)[-1].result is Result.DECLINED
    assert "continue_rollback" not in deployed.calls
    plan = build_plan(development, VALUES, project.release, deployed)
    deployed.outcomes[ENVIRONMENT] = ["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]
    events = []
    outcomes = execute(
        plan, deployed, approve=lambda s: True, emit=events.append, pause=lambda seconds: None
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

            def fail(change_set_id, **_):
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


def test_incomplete_protection_is_completed_without_other_changes(deployed, project, development):
    protected = replace(development, protected=True)
    deployed.policies.clear()
    outcomes = deploy(deployed, project, protected)
    assert outcomes[-1].result is Result.UNCHANGED
    assert [call for call in deployed.calls if call.startswith("set_stack_policy")] == [
        "set_stack_policy child",
        f"set_stack_policy {ENVIRONMENT}",
    ]
    assert deployed.stacks[ENVIRONMENT].protected
    deployed.calls.clear()
    deploy(deployed, project, protected)
    assert not [call for call in deployed.calls if call.startswith("set_")]


def test_a_root_without_state_reads_no_policy(deployed, project, development):
    asked = []
    deployed.stack_policy = lambda stack: asked.append(stack) or deployed.policies.get(stack)
    deploy(deployed, project, development)
    assert asked == [deployed.stacks[ENVIRONMENT].stack_id]
    assert {stack.split("/")[1] for stack in deployed.policies} == {ENVIRONMENT, "child"}


@pytest.mark.parametrize("n", [0, 1])
def test_policies_are_restored_after_an_interrupted_relaxation(deployed, project, development, n):
    plan = build_plan(development, VALUES, project.release, deployed)
    before = dict(deployed.policies)
    project.write("roots/environment.yaml", _recolored(project))
    setter, left = deployed.set_stack_policy, [None] * n

    def killed(stack, policy):
        setter(stack, policy)
        if not left:
            raise KeyboardInterrupt
        left.pop()

    deployed.set_stack_policy = killed
    with pytest.raises(KeyboardInterrupt):
        deploy(deployed, project, development, allowed=["Table"])
    deployed.set_stack_policy = setter
    assert deployed.policies != before
    outcomes = execute(plan, deployed, approve=lambda shown: True)
    assert outcomes[-1].result is Result.UNCHANGED
    assert deployed.policies == before


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


def test_a_deploy_without_changes_makes_few_calls(deployed, project, development):
    deploy(deployed, project, development)
    # The account (for the plan and for the deploy; the command line shares one check), and each
    # stack of the plan once; the double does not record reads of stack policies.
    assert len(deployed.calls) <= 7


def test_a_protected_environment_is_not_destroyed(deployed, development):
    with pytest.raises(RefusedError, match="is protected"):
        destroy_plan(replace(development, protected=True), deployed)
    assert not deployed.calls


def test_an_account_in_use_is_not_destroyed(deployed, account):
    deployed.stacks[ENVIRONMENT] = replace(deployed.stacks[ENVIRONMENT], tags={"project": "tide"})
    with pytest.raises(RefusedError, match="still needs"):
        destroy_plan(account, deployed)


def test_destroying_stops_at_the_first_failure(deployed, development):
    plan = destroy_plan(development, deployed)
    deployed.outcomes[ENVIRONMENT] = ["UPDATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_FAILED"]
    with pytest.raises(DeploymentError, match="DELETE_FAILED"):
        execute_destroy(plan, deployed, pause=lambda seconds: None)
    assert deployed.calls.count("delete_stack") == 1


def test_a_failed_update_restores_relaxed_policies(deployed, project, development):
    project.write("roots/environment.yaml", _recolored(project))
    deployed.outcomes[ENVIRONMENT] = []
    original = deployed.execute_change_set

    def fail(change_set_id, **_):
        original(change_set_id)
        deployed.outcomes[ENVIRONMENT] = ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]

    deployed.execute_change_set = fail
    seen = []
    setter = deployed.set_stack_policy
    deployed.set_stack_policy = lambda stack, policy: (seen.append(policy), setter(stack, policy))
    with pytest.raises(DeploymentError, match="UPDATE_ROLLBACK_COMPLETE"):
        deploy(deployed, project, development, allowed=["Table"])
    root, nested, *restored = seen
    assert "Network" not in root
    assert "Table" not in nested
    assert "LogicalResourceId/Table" in restored[0]
    assert "LogicalResourceId/Network" in restored[1]


def test_a_failed_recovery_is_an_error(deployed, project, development):
    state = deployed.stacks[ENVIRONMENT]
    deployed.stacks[ENVIRONMENT] = replace(state, status="ROLLBACK_COMPLETE")
    deployed.nested = {
        stack: tuple(replace(resource, status="DELETE_COMPLETE") for resource in resources)
        for stack, resources in deployed.nested.items()
    }
    plan = build_plan(development, VALUES, project.release, deployed)
    deployed.outcomes[ENVIRONMENT] = ["DELETE_IN_PROGRESS", "DELETE_FAILED"]
    with pytest.raises(DeploymentError, match="DELETE_FAILED"):
        execute(plan, deployed, approve=lambda s: True, pause=lambda seconds: None)


def test_a_change_set_is_awaited(double, project, development):
    original, looks = double.change_set, []

    def slow(change_set_id):
        looks.append(change_set_id)
        made = original(change_set_id)
        return made if len(looks) > 2 else replace(made, status="CREATE_IN_PROGRESS")

    double.change_set = slow
    assert deploy(double, project, development)[-1].result is Result.CREATED


def test_shared_clouds_check_the_account_once(deployed, project, development):
    clouds = Clouds(deployed)
    plan = build_plan(development, VALUES, project.release, clouds)
    execute(plan, clouds, approve=lambda s: True)
    assert deployed.calls.count("account") == 1


def test_a_preview_before_the_first_deploy_names_pending_stacks(double, project, development):
    plan = build_plan(development, VALUES, project.release, double)
    access, environment = preview(plan, double)
    assert [change.path for change in access.changes] == ["Role"]
    assert [address.name for address in environment.pending] == [ACCESS]
    assert {change.path for change in environment.changes} >= {"Network/Table", "Entry/Note"}


def test_a_preview_by_change_set_reports_why_it_failed(deployed, project, development):
    green = {**VALUES, "environment": {"network.color": "green"}}
    plan = build_plan(development, green, project.release, deployed)
    deployed.says[ENVIRONMENT] = "Transform failed"
    with pytest.raises(DeploymentError, match="Transform failed"):
        preview(plan, deployed, change_sets=True)
    deployed.says[ENVIRONMENT] = NO_CHANGES
    changes = preview(plan, deployed, change_sets=True)[-1].changes
    assert {change.otherwise for change in changes} == {Verdict(ChangeSource.CHANGE_SET)}


def test_a_failed_stack_that_holds_state_is_not_recreated(deployed, project, development):
    state = deployed.stacks[ENVIRONMENT]
    deployed.stacks[ENVIRONMENT] = replace(state, status="ROLLBACK_FAILED")
    child = "arn:aws:cloudformation:x:1:stack/child/1"
    table = StackResource(
        logical_id="Table",
        physical_id="t-blue",
        type="AWS::DynamoDB::Table",
        status="CREATE_COMPLETE",
    )
    deployed.nested[child] = (table,)
    deployed.templates[child] = _child_text(project)
    with pytest.raises(RefusedError) as raised:
        deploy(deployed, project, development)
    kept, to_do = map(str, raised.value.problems)
    assert kept.startswith("Network/Table: AWS::DynamoDB::Table t-blue holds state in a stack")
    assert f"delete-stack --stack-name {ENVIRONMENT} --region eu-central-1 (which keeps" in to_do
    command = "tidegen import --env development environment:Network/Table='t-blue', then deploy"
    assert command in to_do
    assert "delete_stack" not in deployed.calls
    deployed.nested[child] = (replace(table, status="DELETE_COMPLETE"),)
    deployed.outcomes[ENVIRONMENT] = []
    assert deploy(deployed, project, development, answer=False)[-1].result is Result.DECLINED


def test_a_status_that_no_deploy_can_fix_is_refused(deployed, project, development):
    state = deployed.stacks[ENVIRONMENT]
    deployed.stacks[ENVIRONMENT] = replace(state, status="IMPORT_ROLLBACK_FAILED")
    with pytest.raises(RefusedError, match="IMPORT_ROLLBACK_FAILED: an import and its rollback"):
        deploy(deployed, project, development)


def test_a_refused_change_set_is_explained_by_early_validation(deployed, project, development):
    project.write("roots/environment.yaml", _recolored(project))
    deployed.says[ENVIRONMENT] = "The following hook(s)/validation failed"
    deployed.problems[ENVIRONMENT] = ("Bucket AWS::S3::Bucket: Bucket exists",)
    with pytest.raises(DeploymentError) as raised:
        deploy(deployed, project, development)
    assert [problem.message for problem in raised.value.problems] == [
        "CloudFormation created no change set: The following hook(s)/validation failed",
        "Bucket AWS::S3::Bucket: Bucket exists",
    ]


NESTED = "Nested change set {} was not successfully created: Currently in FAILED."


def test_nested_change_sets_are_explained_before_they_are_deleted(deployed, project, development):
    """The root's reason names one nested change set only (aws/aws-sam-cli#2406)."""
    project.write("roots/environment.yaml", _recolored(project))
    child, deepest = (f"arn:aws:cloudformation:x:1:changeSet/t-{name}/1" for name in "AB")
    deployed.says[ENVIRONMENT] = NESTED.format(child)
    deployed.failed = {child: NESTED.format(deepest), deepest: "The following validation failed"}
    deployed.problems[deepest] = ("Bucket AWS::S3::Bucket: Bucket exists",)
    with pytest.raises(DeploymentError) as raised:
        deploy(deployed, project, development)
    assert [problem.message for problem in raised.value.problems] == [
        f"nested change set {deepest}: The following validation failed",
        "Bucket AWS::S3::Bucket: Bucket exists",
        f"nested change set {child}: {NESTED.format(deepest)}",
        f"CloudFormation created no change set: {NESTED.format(child)}",
    ]
    calls = deployed.calls
    assert calls.index(f"problems of {deepest}") < calls.index("delete_change_set")


def test_a_nested_change_set_that_cannot_be_read_is_left_out(deployed, project, development):
    project.write("roots/environment.yaml", _recolored(project))
    deployed.says[ENVIRONMENT] = NESTED.format("arn:aws:cloudformation:x:1:changeSet/gone/1")
    with pytest.raises(DeploymentError) as raised:
        deploy(deployed, project, development)
    (problem,) = raised.value.problems
    assert problem.message.endswith("Currently in FAILED.")


@pytest.mark.parametrize("fails", [False, True])
def test_the_last_stateful_resource_of_a_nested_stack_may_be_removed_if_allowed(
    double, project, development, fails
):
    """The stack will hold no state any more; its policy is still relaxed, and restored."""
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


def test_warnings_of_nested_change_sets_are_reported(deployed, project, development):
    project.write("roots/environment.yaml", _recolored(project))
    child = ResourceChange(
        logical_id="Network",
        type=STACK_TYPE,
        action=Action.MODIFY,
        children=(),
        change_set_id="arn:child",
    )
    deployed.says[ENVIRONMENT] = (child,)
    deployed.warnings = {"arn:child": ("Table: near its quota",), ENVIRONMENT: ("Root: a warning",)}
    events = []
    deploy(deployed, project, development, emit=events.append)
    texts = [event.text for event in events if isinstance(event, Warned)]
    assert texts == ["Root: a warning", "Table: near its quota"]
