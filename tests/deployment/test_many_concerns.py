"""Forty concerns of other services: the access root is longer than a call can carry.

The judges are the engine, which reads the root from the bucket, IAM's grammar and its quotas.
"""

import json
import shutil
from pathlib import Path

import boto3
import pytest
from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource
from moto.iam.policy_validation import IAMPolicyDocumentValidator
from policy_sentry.querying.actions import get_actions_for_service
from tiny_project import REGION, VALUES
from troposphere import sqs

from tests.targets import ACCOUNT
from tidegen.aws.adapter import connect
from tidegen.concerns import own_concerns
from tidegen.contract import Concern, Scope
from tidegen.deployment.events import Result, Uploaded
from tidegen.deployment.executor import execute
from tidegen.deployment.reading.planner import build_plan
from tidegen.linting.roots import lint_roots
from tidegen.linting.run import lint
from tidegen.rendering import render

ACCESS = "roots/access.yaml"
#: The most that CreateChangeSet takes as TemplateBody (API reference).
IN_A_CALL = 51_200
#: Service → its actions, of cfn-lint.
SERVICES = load_resource(AdditionalSpecs, "Policies.json")
ROOTS = {
    f"{name}Arn": {"Value": f"arn:aws:iam::{ACCOUNT}:{path}"}
    for name, path in {
        "PermissionsBoundary": "policy/tide/boundary",
        "DeployBoundary": "policy/tide/deploy-boundary",
        "OidcProvider": "oidc-provider/token.actions.githubusercontent.com",
    }.items()
}
#: A resource that tidegen's own execution role may create.
TOPIC = {
    "Parameters": {},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {"TopicArn": {"Value": {"Ref": "Topic"}}},
}
FIELDS = {
    "project": "tide",
    "name": "development",
    "ci.subject": "tide@1/tide@2",
    "domain": "development.tide.example",
    "private_domain": "internal.development.tide.example",
    "recovery.region": "",
}


def queue(template, _context):
    template.add_resource(sqs.Queue("Queue", SqsManagedSseEnabled=True))


def calls_of(service):
    """Return eight real calls of a service, in both references of IAM's actions."""
    known = SERVICES[service]["Actions"]
    calls = sorted(get_actions_for_service(service))
    return [call for call in calls if call.partition(":")[2].lower() in known][:8]


def concern(service):
    """A concern that calls a service which no other concern uses."""
    return Concern(
        name=service.replace("-", ""),
        scopes=(Scope.ENVIRONMENT,),
        purpose="A queue and calls of a new service.",
        add_resources=queue,
        extra_deploy_actions=tuple(calls_of(service)),
    )


@pytest.fixture(scope="module")
def own():
    return render(own_concerns()).files[ACCESS]


@pytest.fixture(scope="module")
def added(own):
    unused = [s for s in sorted(SERVICES) if f"- {s}:".encode() not in own]
    services = [service for service in unused if len(calls_of(service)) == 8]
    return tuple(map(concern, services[:40]))


@pytest.fixture(scope="module")
def rendered(added):
    return render((*own_concerns(), *added)).files


class Environment:
    """The tiny project with tidegen's own access root."""

    def __init__(self, project, account, development):
        self.project, self.account, self.development = project, account, development
        self.number, self.events = account.account, []
        named = {"BucketName": f"tide-artifacts-{REGION}-{self.number}"}
        bucket = {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": named}}
        name = {"ArtifactsBucketName": {"Value": {"Ref": "Bucket"}}}
        project.direct("bootstrap", bucket, {**name, **ROOTS})
        project.nested("environment", {"Network": TOPIC})

    def deploy(self, target, access):
        self.events = []
        (self.project.folder / ACCESS).write_bytes(access)
        plan = build_plan(
            target,
            {scope: {**VALUES.get(scope, {}), **FIELDS} for scope in Scope},
            self.project.release,
            connect,
        )
        return execute(plan, connect, approve=lambda _: True, emit=self.events.append)

    def uploaded(self):
        """Return the sizes of the uploads that contain an access root."""
        return [
            event.size
            for event in self.events
            if isinstance(event, Uploaded) and any("access.yaml" in key for key in event.keys)
        ]

    def policies(self):
        """Return the documents of the execution role's managed policies, as IAM has them."""
        client = boto3.client(
            "iam", region_name=REGION, aws_access_key_id=self.number, aws_secret_access_key="local"
        )
        (role,) = (
            item["RoleName"]
            for item in client.list_roles()["Roles"]
            if "ExecutionRole" in item["RoleName"]
        )
        arns = client.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        versions = client.get_policy_version
        documents = [
            versions(
                PolicyArn=item["PolicyArn"],
                VersionId=client.get_policy(PolicyArn=item["PolicyArn"])["Policy"][
                    "DefaultVersionId"
                ],
            )["PolicyVersion"]["Document"]
            for item in arns
        ]
        return [text if isinstance(text, str) else json.dumps(text) for text in documents]


@pytest.fixture
def environment(engine, project, account, development, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", engine.endpoint)
    return Environment(project, account, development)


def test_their_permissions_are_deployed_and_removed_again(environment, own, added, rendered):
    assert len(own) < IN_A_CALL < len(rendered[ACCESS])
    environment.deploy(environment.account, own)
    outcomes = environment.deploy(environment.development, rendered[ACCESS])
    assert [outcome.result for outcome in outcomes] == [Result.CREATED] * 2
    assert environment.uploaded() == [len(rendered[ACCESS])]
    documents = environment.policies()
    assert len(documents) <= 10
    for document in documents:
        IAMPolicyDocumentValidator(document).validate()
        assert len("".join(document.split())) <= 6_144
    granted = "".join(documents)
    assert all(action in granted for item in added for action in item.extra_deploy_actions)
    again = environment.deploy(environment.development, rendered[ACCESS])
    assert [outcome.result for outcome in again] == [Result.UNCHANGED] * 2

    # a release without them keeps their permissions until its other roots are deployed
    environment.project.nested("environment", {"Network": {**TOPIC, "Description": "new"}})
    without = environment.deploy(environment.development, own)
    assert [outcome.result for outcome in without] == [Result.UPDATED] * 3
    kept, last = environment.uploaded()
    assert kept > IN_A_CALL
    assert last == len(own)
    assert len(environment.policies()) < len(documents)


@pytest.fixture
def committed(tmp_path):
    """A copy of the committed project."""
    root = Path(__file__).resolve().parents[2]
    for name in ("environments", "templates"):
        shutil.copytree(root / name, tmp_path / name)
    return tmp_path


def test_they_pass_lint(added, rendered, tmp_path, monkeypatch, committed):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = committed / "templates" / "current"
    for name, content in rendered.items():
        (folder / name).write_bytes(content)
    assert lint([folder / ACCESS, folder / "roots/environment.yaml"], ["us-west-2"]).findings == ()
    assert lint_roots(committed, folder) == []
