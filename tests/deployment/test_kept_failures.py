"""A first creation that fails and is kept: continued by the next deploy, or undone.

The engine answers as AWS documents it ("Choose how to handle failures when provisioning resources",
API_ExecuteChangeSet, API_RollbackStack) and as public reports quote AWS.
"""

from dataclasses import replace

import boto3
import pytest
from tiny_project import REGION, VALUES, entry, network

from tidegen.aws.adapter import connect
from tidegen.deployment.events import Result
from tidegen.deployment.executor import execute
from tidegen.deployment.reading.planner import build_plan
from tidegen.deployment.reading.preview import preview
from tidegen.deployment.reading.status import environment_status
from tidegen.deployment.rollback import execute_rollback, rollback_plan
from tidegen.errors import DeploymentError, InputError
from tidegen.reporting.rollback import rollback_text
from tidegen.reporting.status import status_text

STACK = "tide-development"
GOOD = {"Network": network(), "Entry": entry()}
BAD = {"Network": network(), "Entry": entry(timeout=99999999)}


class Kept:
    """An environment, and the commands on it."""

    def __init__(self, project, number, target):
        self.project, self.number, self.target = project, number, target

    def deploy(self, templates, *, keep):
        self.project.nested("environment", templates)
        return execute(self.plan(), connect, approve=lambda _: True, keep_on_failure=keep)

    def plan(self):
        return build_plan(self.target, VALUES, self.project.release, connect)

    def client(self, service="cloudformation"):
        return boto3.client(
            service,
            region_name=REGION,
            aws_access_key_id=self.number,
            aws_secret_access_key="local",
        )

    def ids(self):
        """Return path → physical id of everything in the root and below it."""
        api, ids = self.client(), {}
        for item in api.list_stack_resources(StackName=STACK)["StackResourceSummaries"]:
            ids[item["LogicalResourceId"]] = child = item["PhysicalResourceId"]
            inner = api.list_stack_resources(StackName=child)["StackResourceSummaries"]
            ids |= {
                f"{item['LogicalResourceId']}/{i['LogicalResourceId']}": i["PhysicalResourceId"]
                for i in inner
            }
        return ids

    def status(self):
        return connect(self.target.place()).stack(STACK).status


@pytest.fixture
def kept(engine, project, number, account, development, monkeypatch):
    """A first creation that failed at the queue and kept the rest."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", engine.endpoint)
    execute(build_plan(account, VALUES, project.release, connect), connect, approve=lambda _: True)
    made = Kept(project, number, development)
    with pytest.raises(DeploymentError, match="Entry/Queue") as raised:
        made.deploy(BAD, keep=True)
    assert "a deploy continues it, and 'tidegen rollback' undoes it" in str(raised.value)
    return made


def test_what_was_created_is_kept_and_the_next_deploy_continues(kept):
    before = kept.ids()
    assert kept.status() == "CREATE_FAILED"
    assert {"Network/Table", "Network/Topic", "Entry/Note"} <= before.keys()
    text = status_text(environment_status(kept.target, connect))
    assert "a deploy continues it, and 'tidegen rollback' undoes it" in text
    assert "root cause: Entry/Queue" in text

    kept.project.nested("environment", GOOD)
    (*_, shown) = preview(kept.plan(), connect)
    assert [(c.path, str(c.action)) for c in shown.changes] == [("Entry/Queue", "add")]

    (*_, outcome) = kept.deploy(GOOD, keep=False)
    assert outcome.result is Result.UPDATED
    after = kept.ids()
    assert {path: after[path] for path in before} == before
    assert after["Entry/Queue"]
    assert kept.status() == "UPDATE_COMPLETE"
    assert [o.result for o in kept.deploy(GOOD, keep=False)] == [Result.UNCHANGED] * 2


def test_a_second_failure_keeps_it_again_with_and_without_the_option(kept):
    before = kept.ids()
    with pytest.raises(DeploymentError, match="Entry/Queue"):
        kept.deploy(BAD, keep=False)
    assert kept.status() == "UPDATE_FAILED"
    assert kept.deploy(GOOD, keep=False)[-1].result is Result.UPDATED
    after = kept.ids()
    assert {path: after[path] for path in before} == before


def test_rollback_undoes_it_and_a_deploy_starts_again(kept):
    plan = rollback_plan(kept.target, connect)
    text = rollback_text(plan)
    assert "CREATE_FAILED: undoes the failed operation, and deletes what it created" in text
    (outcome,) = execute_rollback(plan, connect)
    assert outcome.result is Result.ROLLED_BACK
    assert kept.status() == "ROLLBACK_COMPLETE"
    topics = kept.client("sns").list_topics()["Topics"]
    assert not [topic for topic in topics if STACK in topic["TopicArn"]]
    assert kept.client("ssm").describe_parameters()["Parameters"] == []
    assert kept.deploy(GOOD, keep=False)[-1].result is Result.CREATED


def test_nothing_of_it_can_be_skipped(kept):
    with pytest.raises(InputError, match="those are: none"):
        rollback_plan(kept.target, connect, ["Entry/Queue"])


def test_aws_refuses_to_leave_the_failure_with_rollback_enabled(kept):
    api = kept.client()
    api.create_change_set(
        StackName=STACK,
        ChangeSetName="by-hand",
        TemplateBody='{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}',
    )
    with pytest.raises(api.exceptions.ClientError, match=r"non-terminal \[CREATE_FAILED\] state"):
        api.execute_change_set(StackName=STACK, ChangeSetName="by-hand")


def test_an_update_of_a_finished_stack_is_rolled_back_all_the_same(kept):
    kept.deploy(GOOD, keep=False)
    with pytest.raises(DeploymentError, match="Entry/Queue"):
        kept.deploy(BAD, keep=True)
    assert kept.status() == "UPDATE_ROLLBACK_COMPLETE"


def test_a_protected_environment_is_always_rolled_back(kept, project):
    protected = build_plan(replace(kept.target, protected=True), VALUES, project.release, connect)
    with pytest.raises(InputError, match="--keep-on-failure: environment 'development' is prot"):
        execute(protected, connect, approve=lambda _: True, keep_on_failure=True)
