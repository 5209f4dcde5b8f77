"""A release that removes a resource type, on the local engine: grant before, revoke after.

The judge is IAM's evaluation of the policies that the engine has at each moment.
"""

import json

import boto3
import pytest
from tiny_project import REGION, VALUES, network

from tidegen.aws.adapter import connect
from tidegen.cloudformation.handlers import handler_permissions
from tidegen.deployment.events import Outcome, Result
from tidegen.deployment.executor import execute
from tidegen.deployment.reading.planner import build_plan
from tidegen.deployment.reading.preview import preview
from tidegen.errors import DeploymentError
from tidegen.iam.evaluation import allowed
from tidegen.iam.statements import Request, statements_of
from tidegen.planning.changes import Action
from tidegen.reporting.plan.data import plan_data
from tidegen.reporting.plan.text import plan_text, previews_text

DELETE = "sqs:DeleteQueue"


def policy(*types):
    """A policy of the execution role: of queues and parameters only the calls of these handlers."""
    actions = sorted(
        a
        for name in types
        for a in handler_permissions(name)
        if not a.startswith(("iam:", "kms:", "cloudformation:"))
    )
    own = {"Effect": "Allow", "Action": actions, "Resource": ["*"]}
    others = {"Effect": "Allow", "NotAction": ["sqs:*", "ssm:*"], "Resource": ["*"]}
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [own, others]},
            "Roles": [{"Ref": "Role"}],
        },
    }


TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudformation.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [TRUST]}},
}
ARN = {"ExecutionRoleArn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}}


def entry(*types):
    resources = {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}},
        "Note": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "v"}},
        "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 1}},
    }
    return {
        "Parameters": {},
        "Resources": {n: r for n, r in resources.items() if r["Type"] in types},
        "Outputs": {},
    }


QUEUES = ("AWS::SQS::Queue", "AWS::SSM::Parameter")
LOGS = ("AWS::Logs::LogGroup", "AWS::SSM::Parameter")


class Releases:
    """Releases of the tiny project, deployed one after the other."""

    def __init__(self, project, number, target):
        self.project, self.number, self.target = project, number, target
        #: After each root: its name, and whether the role could delete a queue then.
        self.could = []
        #: After each root: the number of queues that the account has.
        self.queues = []

    def release(self, *types, broken=False):
        """Write the templates of a release with these types in its environment."""
        self.project.direct("access", {"Role": ROLE, "Policy": policy(*types)}, ARN)
        child = entry(*types)
        if broken:
            child["Resources"]["Broken"] = {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "Wrong", "Value": "v"},
            }
        self.project.nested("environment", {"Network": network(), "Entry": child})

    def plan(self):
        return build_plan(self.target, VALUES, self.project.release, connect)

    def deploy(self, answer=True):
        self.could, self.queues = [], []
        return execute(self.plan(), connect, approve=lambda _: answer, emit=self.seen)

    def seen(self, event):
        if isinstance(event, Outcome):
            self.could.append((event.address.name, self.can_delete()))
            self.queues.append(len(self.client("sqs").list_queues().get("QueueUrls", [])))

    def client(self, service):
        return boto3.client(
            service,
            region_name=REGION,
            aws_access_key_id=self.number,
            aws_secret_access_key="local",
        )

    def can_delete(self):
        """Decide the deletion of a queue by the policies that the engine has now."""
        iam, stacks = self.client("iam"), self.client("cloudformation")
        access = f"tide-{self.target.name}-access"
        resources = stacks.describe_stack_resources(StackName=access)["StackResources"]
        (role,) = (r["PhysicalResourceId"] for r in resources if r["ResourceType"].endswith("Role"))
        found = []
        for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            arn = attached["PolicyArn"]
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
            text = document["Document"]
            found += statements_of(json.loads(text) if isinstance(text, str) else text)
        queue = f"arn:aws:sqs:{REGION}:{self.number}:tide-{self.target.name}-Entry-x-Queue-1"
        return allowed(found, Request(DELETE, queue))


@pytest.fixture
def releases(engine, project, number, account, development, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", engine.endpoint)
    given = Releases(project, number, development)
    plan = build_plan(account, VALUES, project.release, connect)
    execute(plan, connect, approve=lambda _: True)
    given.release(*QUEUES)
    given.deploy()
    return given


ACCESS, ROOT = "tide-development-access", "tide-development"


def test_a_first_deploy_and_a_release_that_only_adds_deploy_each_root_once(releases):
    assert [name for name, _ in releases.could] == [ACCESS, ROOT]
    releases.release(*QUEUES, "AWS::Logs::LogGroup")
    assert releases.plan().retiring is None
    releases.deploy()
    assert releases.could == [(ACCESS, True), (ROOT, True)]


def test_a_removed_type_is_deleted_before_its_permissions_are(releases):
    releases.release(*LOGS)
    outcomes = releases.deploy()
    assert releases.could == [(ACCESS, True), (ROOT, True), (ACCESS, False)]
    assert [outcome.result for outcome in outcomes] == [Result.UPDATED] * 3
    assert releases.queues == [1, 0, 0]
    assert releases.plan().retiring is None
    assert [outcome.result for outcome in releases.deploy()] == [Result.UNCHANGED] * 2


def test_the_plan_shows_both_steps(releases):
    releases.release(*LOGS)
    plan = releases.plan()
    shown = preview(plan, connect)
    first, root, last = shown
    assert [preview.step.stack_name for preview in shown] == [ACCESS, ROOT, ACCESS]
    assert {(c.path, c.action) for c in first.changes} == {
        ("Policy", Action.MODIFY),
        ("RetiredPolicy1", Action.ADD),
    }
    assert ("Entry/Queue", Action.REMOVE) in {(c.path, c.action) for c in root.changes}
    assert [(c.path, c.action) for c in last.changes] == [("RetiredPolicy1", Action.REMOVE)]
    text = f"{plan_text(plan)}\n{previews_text(shown, bool)}"
    assert text.count("first: new permissions, and still those that the release removes") == 2
    assert text.count("last: without the permissions that the release removes") == 2
    notes = [step["note"] for step in plan_data(plan, shown, bool)["steps"]]
    assert [bool(note) for note in notes] == [True, False, True]


def test_a_deploy_that_fails_keeps_the_permissions_until_the_next_one_succeeds(releases):
    releases.release(*LOGS, broken=True)
    with pytest.raises(DeploymentError):
        releases.deploy()
    assert releases.can_delete()
    releases.release(*LOGS)
    outcomes = releases.deploy()
    assert [outcome.result for outcome in outcomes] == [
        Result.UNCHANGED,
        Result.UPDATED,
        Result.UPDATED,
    ]
    assert releases.could == [(ACCESS, True), (ROOT, True), (ACCESS, False)]


def test_a_deploy_that_ends_before_the_last_step_is_completed_by_the_next(releases):
    releases.release(*LOGS)
    plan = releases.plan()
    steps = tuple(step for step in plan.sequence[:2])
    execute(
        type(plan)(
            environment=plan.environment, release="current", steps=steps, states=plan.states
        ),
        connect,
        approve=lambda _: True,
    )
    assert releases.can_delete()
    outcomes = releases.deploy()
    assert [outcome.address.name for outcome in outcomes] == [ACCESS, ROOT]
    assert not releases.can_delete()


def test_a_declined_deploy_changes_nothing(releases):
    releases.release(*LOGS)
    (outcome,) = releases.deploy(answer=False)
    assert outcome.result is Result.DECLINED
    assert releases.plan().retiring
