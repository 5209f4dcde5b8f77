"""A first deploy on the engine: two updates, and a late failure that the printed commands free."""

import re
import shlex

import boto3
import pytest
from tiny_project import REGION, VALUES, entry, protected_network

from tests.conftest import ROOT
from tidegen.aws.adapter import connect
from tidegen.cloudformation.protection import enabled_protections, protecting_properties
from tidegen.cloudformation.text import parse_template
from tidegen.deployment.events import Executing, Protected, Result
from tidegen.deployment.executor import execute
from tidegen.deployment.imports.run import execute_import
from tidegen.deployment.reading.imports import import_plan
from tidegen.deployment.reading.planner import build_plan
from tidegen.deployment.reading.preview import preview
from tidegen.deployment.reading.status import environment_status
from tidegen.errors import DeploymentError, RefusedError
from tidegen.planning.first_deploy import DeletionProtection
from tidegen.planning.leftovers import UNPROTECT
from tidegen.reporting.status import status_text

STACK = "tide-development"
LATE = {"Entry": entry(timeout=99999999)}


class First:
    """A project with a protected table, and the account of one test."""

    def __init__(self, project, number, target):
        self.project, self.number, self.target = project, number, target
        self.events, self.previews = [], []

    def template(self, **changed):
        templates = {"Network": protected_network(), "Entry": entry(), **changed}
        self.project.nested("environment", templates)

    def plan(self):
        return build_plan(self.target, VALUES, self.project.release, connect)

    def deploy(self, plan=None):
        self.events, self.previews = [], []

        def approve(shown):
            self.previews.append(shown)
            return True

        return execute(plan or self.plan(), connect, approve=approve, emit=self.events.append)

    def client(self, service):
        return boto3.client(
            service,
            aws_access_key_id=self.number,
            aws_secret_access_key="local",
            region_name=REGION,
        )

    @property
    def is_protected(self):
        table = self.client("dynamodb").describe_table(TableName="t-blue")["Table"]
        return table["DeletionProtectionEnabled"]

    def zones(self):
        return [zone["Id"] for zone in self.client("route53").list_hosted_zones()["HostedZones"]]

    def run(self, command):
        """Run a printed command: the AWS CLI's by botocore's model of it, or our import."""
        program, *words = shlex.split(command)
        if program == "tidegen":
            requested = dict(word.split("=") for word in words[3:])
            assert words[:3] == ["import", "--env", "development"]
            plan = self.plan()
            return execute_import(plan, import_plan(plan, requested, connect), connect)
        return call(self.client, words)


def call(client, words):
    """Call the operation of an AWS CLI command; its options must be in the service's model."""
    service, operation, *options = words
    api = client(service)
    method = operation.replace("-", "_")
    model = api.meta.service_model.operation_model(api.meta.method_to_api_mapping[method])
    given = {}
    while options:
        option = options.pop(0)
        name = option.removeprefix("--no-").removeprefix("--").replace("-", "")
        if name == "region":
            assert options.pop(0) == REGION
            continue
        (member,) = (m for m in model.input_shape.members if m.lower() == name)
        if model.input_shape.members[member].type_name == "boolean":
            given[member] = not option.startswith("--no-")
        else:
            given[member] = typed(model.input_shape.members[member], options.pop(0))
    return getattr(api, method)(**given)


def typed(shape, text):
    """Return the CLI's shorthand, one structure in a list, or a text."""
    if shape.type_name != "list":
        return text
    return [dict(part.split("=", 1) for part in text.split(","))]


@pytest.fixture
def first(engine, project, number, account, development, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", engine.endpoint)
    made = First(project, number, development)
    made.template()
    made.deploy(build_plan(account, VALUES, project.release, connect))
    return made


def commands(refused):
    """Return the commands that a refusal prints, in order."""
    text = "; ".join(str(problem) for problem in refused.problems)
    found = re.findall(r"((?:aws|tidegen import) .+?)(?= \(which keeps|, then |; |$)", text)
    return [command.strip() for command in found]


def test_protection_is_switched_on_by_a_second_update_of_the_same_deploy(first):
    (*_, shown) = preview(first.plan(), connect)
    assert [(c.path, [d.name for d in c.details]) for c in shown.later] == [
        ("Network/Table", ["DeletionProtectionEnabled"])
    ]
    (*_, outcome) = first.deploy()
    assert outcome.result is Result.CREATED
    operations = [e.operation for e in first.events if isinstance(e, Executing)]
    assert operations[-2:] == ["create", "update"]
    assert first.is_protected
    assert first.previews[-1].later == shown.later
    assert [o.result for o in first.deploy()] == [Result.UNCHANGED] * 2


def test_a_late_failure_is_rolled_back_and_the_printed_commands_lead_to_the_next_deploy(first):
    first.template(**LATE)
    with pytest.raises(DeploymentError, match="ROLLBACK_COMPLETE"):
        first.deploy()
    assert first.client("dynamodb").list_tables()["TableNames"] == ["t-account"]
    (zone,) = first.zones()
    first.template()
    with pytest.raises(
        RefusedError, match=r"Zone .* is kept from a stack that is ROLLBACK_COM"
    ) as e:
        first.deploy()
    for command in commands(e.value):
        first.run(command)
    (*_, outcome) = first.deploy()
    assert outcome.result is Result.UPDATED
    assert first.zones() == [zone]
    assert first.is_protected


def test_a_resource_protected_by_hand_is_named_with_the_command_that_frees_it(first):
    """As a deploy of an earlier release made it: protected from its first second."""
    template = protected_network()
    template["Resources"]["Table"]["Properties"]["DeletionProtectionEnabled"] = "true"
    first.template(Network=template, **LATE)
    with pytest.raises(DeploymentError, match="ROLLBACK_FAILED"):
        first.deploy()
    first.template()
    with pytest.raises(RefusedError, match=r"Network/Table: .* is protected") as raised:
        first.deploy()
    for command in commands(raised.value):
        first.run(command)
    first.deploy()
    assert first.is_protected


def test_an_interrupted_first_deploy_is_protected_by_the_next_one(first):
    def kill(event):
        if isinstance(event, Protected):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(first.plan(), connect, approve=lambda _: True, emit=kill)
    assert not first.is_protected
    (*_, status) = environment_status(first.target, connect)
    assert "deploy again" in status_text([status])
    (*_, outcome) = first.deploy()
    (*_, status) = environment_status(first.target, connect)
    assert status.deletion_protection is DeletionProtection.ON
    assert outcome.result is Result.UPDATED
    assert [change.path for change in first.previews[-1].changes] == ["Network/Table"]
    assert first.is_protected


def protected_types():
    """Return the types in the committed templates that have a deletion protection."""
    for path in (ROOT / "templates" / "current").glob("*.yaml"):
        for resource in parse_template(path.read_text()).get("Resources", {}).values():
            names = [*protecting_properties(resource["Type"]), "LoadBalancerAttributes"]
            if any(name in resource.get("Properties", {}) for name in names):
                yield resource["Type"]


def test_each_protected_type_of_the_templates_has_a_command_that_aws_knows():
    assert set(protected_types()) == set(UNPROTECT)
    for type_name, text in UNPROTECT.items():
        words = shlex.split(text.format(id="it"))
        called = call(recording, words)
        assert not any(enabled_protections(type_name, called)), called


def recording(service):
    """Return a client that returns the arguments of its calls, checked by botocore."""
    api = boto3.client(
        service, region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b"
    )
    api.meta.events.register("before-call", lambda params, **_: (Http(), dict(params)))
    return api


class Http:
    status_code = 200
