"""Deployment against the local engine, as the command line does it."""

import boto3
import pytest
from tiny_project import REGION, VALUES, entry, network

from tidegen.aws.adapter import connect
from tidegen.deployment.destroy import destroy_plan, execute_destroy
from tidegen.deployment.events import (
    Attached,
    Preview,
    Progress,
    Protected,
    Recovering,
    Result,
    Uploaded,
)
from tidegen.deployment.executor import execute
from tidegen.deployment.reading.planner import build_plan
from tidegen.deployment.reading.preview import preview
from tidegen.deployment.reading.status import environment_outputs, environment_status
from tidegen.errors import DeploymentError, RefusedError
from tidegen.planning.changes import Action, ChangeSource
from tidegen.planning.model import Place


class Deployer:
    def __init__(self, project, number):
        self.project, self.number = project, number
        self.events, self.previews = [], []

    def deploy(self, target, answer=True, values=VALUES, allowed=()):
        self.events, self.previews = [], []
        plan = build_plan(target, values, self.project.release, connect)

        def approve(shown: Preview) -> bool:
            self.previews.append(shown)
            return answer

        return execute(plan, connect, approve=approve, emit=self.events.append, allowed=allowed)

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def paths(self):
        return {event.event.path for event in self.of(Progress)}

    def client(self, service):
        return boto3.client(
            service,
            aws_access_key_id=self.number,
            aws_secret_access_key="local",
            region_name=REGION,
        )


@pytest.fixture
def deployer(engine, project, number, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", engine.endpoint)
    return Deployer(project, number)


@pytest.fixture
def deployed(deployer, account, development):
    """A deployed account and environment."""
    deployer.deploy(account)
    deployer.deploy(development)
    return deployer


def results(outcomes):
    return [outcome.result for outcome in outcomes]


def test_account_and_environment_are_created_in_order(deployer, account, development):
    outcomes = deployer.deploy(account)
    names = [outcome.address.name for outcome in outcomes]
    assert names == ["tide-identity", "tide-bootstrap", "tide-account"]
    outcomes = deployer.deploy(development)
    assert results(outcomes) == [Result.CREATED, Result.CREATED]
    assert outcomes[-1].outputs["Topic"].startswith(f"arn:aws:sns:{REGION}:{deployer.number}:")
    assert {"Network/Topic", "Entry/Note", "Entry/Queue"} <= deployer.paths
    assert len(deployer.of(Uploaded)[0].keys) == 3
    topics = deployer.client("sns").list_topics()["Topics"]
    assert outcomes[-1].outputs["Topic"] in [topic["TopicArn"] for topic in topics]


def test_creation_is_forecast_where_the_engine_has_no_nested_change_sets(deployer, account):
    deployer.deploy(account)
    changes = deployer.previews[-1].changes
    assert [(c.path, c.action) for c in changes] == [
        ("Network/Table", Action.ADD),
        ("Network/Topic", Action.ADD),
    ]
    assert {c.source for c in changes} == {ChangeSource.FORECAST}


def test_a_deploy_without_changes_asks_nobody_and_uploads_nothing(deployed, development):
    outcomes = deployed.deploy(development)
    assert results(outcomes) == [Result.UNCHANGED, Result.UNCHANGED]
    assert not deployed.previews
    assert not deployed.of(Uploaded)
    assert outcomes[-1].outputs["Topic"]


def test_an_update_shows_and_changes_one_resource(deployed, project, development):
    project.nested("environment", {"Network": network(), "Entry": entry("two")})
    assert results(deployed.deploy(development)) == [Result.UNCHANGED, Result.UPDATED]
    (change,) = deployed.previews[-1].changes
    assert (change.path, change.action, change.properties) == (
        "Entry/Note",
        Action.MODIFY,
        ("Value",),
    )
    assert "Entry/Note" in deployed.paths
    assert "Network/Topic" not in deployed.paths
    values = [
        deployed.client("ssm").get_parameter(Name=item["Name"])["Parameter"]["Value"]
        for item in deployed.client("ssm").describe_parameters()["Parameters"]
    ]
    assert values == ["two"]


def test_a_changed_field_changes_its_resources(deployed, development):
    green = {**VALUES, "environment": {"network.color": "green"}}
    deployed.deploy(development, values=green)
    assert [change.path for change in deployed.previews[-1].changes] == ["Network/Topic"]


def test_declining_leaves_nothing_behind(deployer, account):
    outcomes = deployer.deploy(account, answer=False)
    assert results(outcomes) == [Result.DECLINED]
    assert connect(account.place()).stack("tide-identity") is None


def test_a_failed_creation_names_its_root_cause_and_is_recreated(
    deployer, project, account, development
):
    deployer.deploy(account)
    project.nested("environment", {"Network": network(), "Entry": entry(timeout=99999999)})
    with pytest.raises(DeploymentError) as raised:
        deployer.deploy(development)
    first, second = raised.value.problems
    assert first.where == "Entry/Queue"
    assert "VisibilityTimeout" in first.message
    assert "ROLLBACK_COMPLETE" in second.message
    project.nested("environment", {"Network": network(), "Entry": entry()})
    assert results(deployer.deploy(development))[-1] is Result.CREATED
    assert deployer.of(Recovering)[0].status == "ROLLBACK_COMPLETE"
    assert [shown.next_action for shown in deployer.previews] == ["delete first", "create"]


def test_a_nested_template_that_early_validation_refuses_changes_nothing(
    deployed, project, development
):
    refused = entry()
    refused["Resources"]["Queue"]["Properties"]["Colour"] = "blue"
    project.nested("environment", {"Network": network(), "Entry": refused})
    with pytest.raises(DeploymentError) as raised:
        deployed.deploy(development)
    nested, *problems, root = (item.message for item in raised.value.problems)
    assert "was not successfully created: Currently in FAILED." in root
    assert "[AWS::EarlyValidation::PropertyValidation]" in nested
    place = "Queue AWS::SQS::Queue /Resources/Queue/Properties"
    assert problems == [f"{place}: Unsupported property [Colour]"], (root, nested)
    cloudformation = deployed.client("cloudformation")
    left = cloudformation.list_change_sets(StackName="tide-development")["Summaries"]
    assert not [item for item in left if item["Status"] == "FAILED"]
    project.nested("environment", {"Network": network(), "Entry": entry()})
    assert results(deployed.deploy(development)) == [Result.UNCHANGED, Result.UNCHANGED]


def test_a_failed_update_keeps_the_previous_resources(deployed, project, development):
    project.nested("environment", {"Network": network(), "Entry": entry(timeout=99999999)})
    with pytest.raises(DeploymentError, match="Entry/Queue"):
        deployed.deploy(development)
    project.nested("environment", {"Network": network(), "Entry": entry()})
    assert results(deployed.deploy(development)) == [Result.UNCHANGED, Result.UNCHANGED]


def test_an_empty_stack_in_review_is_reused(deployer, account, development):
    deployer.deploy(account)
    deployer.client("cloudformation").create_change_set(
        StackName="tide-development",
        ChangeSetName="left-behind",
        ChangeSetType="CREATE",
        TemplateBody='{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}',
    )
    assert results(deployer.deploy(development))[-1] is Result.CREATED
    assert deployer.of(Recovering)[0].status == "REVIEW_IN_PROGRESS"
    assert not deployer.of(Attached)


def test_replacing_state_is_refused_unless_it_is_named(deployed, project, development):
    project.nested("environment", {"Network": network("red"), "Entry": entry()})
    with pytest.raises(RefusedError, match="--allow-replace Network/Table"):
        deployed.deploy(development)
    assert not deployed.previews
    outcomes = deployed.deploy(development, allowed=["Table"])
    assert results(outcomes)[-1] is Result.UPDATED


def test_each_nested_stack_keeps_its_state_by_policy(deployed, development):
    cloud = connect(development.place())
    nested = {r.logical_id: r.physical_id for r in cloud.resources("tide-development")}
    assert "LogicalResourceId/Table" in (cloud.stack_policy(nested["Network"]) or "")
    assert "LogicalResourceId/Network" in (cloud.stack_policy("tide-development") or "")
    assert deployed.of(Protected)


def test_status_and_outputs(deployed, development):
    access, environment = environment_status(development, connect)
    assert access.status == environment.status == "CREATE_COMPLETE"
    assert environment.release == "current"
    assert {child.logical_id for child in environment.nested} == {"Network", "Entry"}
    assert environment_outputs(development, connect)["environment"]["Release"] == "current"


def test_preview_reads_only(deployed, project, development):
    project.nested("environment", {"Network": network(), "Entry": entry("three")})
    plan = build_plan(development, VALUES, project.release, connect)
    first, second = preview(plan, connect)
    assert first.unchanged
    assert [change.path for change in second.changes] == ["Entry/Note"]
    exact = preview(plan, connect, change_sets=True)[-1]
    assert [change.path for change in exact.changes] == ["Entry/Note"]


def test_destroy_deletes_in_reverse_and_names_retained_resources(deployed, development, account):
    with pytest.raises(RefusedError, match="termination protection"):
        destroy_plan(account, connect)
    plan = destroy_plan(development, connect)
    assert [step.address.name for step in plan.steps] == [
        "tide-development",
        "tide-development-access",
    ]
    (kept,) = plan.steps[0].retained
    assert kept.path == "Network/Table"
    outcomes = execute_destroy(plan, connect)
    assert results(outcomes) == [Result.DELETED, Result.DELETED]
    assert environment_status(development, connect)[1].status is None
    assert kept.physical_id in deployed.client("dynamodb").list_tables()["TableNames"]


def test_missing_prerequisites_name_their_command(deployer, project, development):
    plan = build_plan(development, VALUES, project.release, connect)
    assert [item.address.name for item in plan.missing] == [
        "tide-identity",
        "tide-bootstrap",
        "tide-account",
    ]
    with pytest.raises(RefusedError, match="tidegen bootstrap --env development"):
        execute(plan, connect, approve=lambda _: True)


def test_project_stacks_are_the_roots(deployed, development):
    names = [s.name for s in connect(Place(deployed.number, REGION)).project_stacks("tide")]
    assert names == [
        "tide-account",
        "tide-bootstrap",
        "tide-development",
        "tide-development-access",
        "tide-identity",
    ]
