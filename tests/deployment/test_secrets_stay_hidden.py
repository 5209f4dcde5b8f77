"""Secrets placed in all inputs of tidegen, searched in all its output, errors and logs.

Commands print plans, previews, events, states and errors; here all of these are
written out whole, which is more than any command prints.
"""

import json
import logging
import traceback
from dataclasses import asdict

import pytest
from tiny_project import entry, network
from wire import answered

from tidegen.deployment.destroy import destroy_plan
from tidegen.deployment.events import Preview
from tidegen.deployment.reading.preview import preview
from tidegen.deployment.reading.status import environment_outputs, environment_status
from tidegen.errors import TidegenError
from tidegen.reporting.outputs import outputs_text
from tidegen.reporting.plan.text import plan_text
from tidegen.reporting.status import status_text

PARAMETER, NEXT = "planted-parameter-1f0c", "planted-parameter-2e9d"
VARIABLE = "planted-variable/7MDENG+bPxRfi"
TOKEN = "planted-token//FwoGZXIvYXdzEJr"
KEY = "ASIAPLANTEDEXAMPLE00"
GENERATED = {
    "Type": "AWS::SecretsManager::Secret",
    "Properties": {"GenerateSecretString": {"PasswordLength": 40, "ExcludePunctuation": True}},
}


class Seen:
    """The output of a run, as text."""

    def __init__(self, world, caplog):
        self.world, self.caplog, self.parts = world, caplog, []

    def __call__(self, shown):
        """Record the events and previews: an Emit and an Approve."""
        data = [asdict(change) for change in shown.changes] if isinstance(shown, Preview) else shown
        self.parts += [repr(shown), str(data), json.dumps(data, default=str)]
        return True

    def deploy(self, project, target, color):
        values = {scope: {"network.color": color} for scope in ("account", "environment")}
        plan = self.world.plan(project, target, values)
        self.parts += [repr(plan), plan_text(plan)]
        for exact in (False, True):
            for shown in preview(plan, self.world.wire, change_sets=exact):
                self(shown)
        self.world.deploy(project, target, plan=plan, approve=self, emit=self)

    def failure(self, command, *arguments):
        with pytest.raises(TidegenError) as raised:
            command(*arguments)
        self.parts += [str(raised.value), *traceback.format_exception(raised.value)]

    @property
    def text(self):
        return "\n".join([*self.parts, self.caplog.text])


@pytest.fixture
def seen(world, caplog, monkeypatch):
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", VARIABLE)
    caplog.set_level(logging.DEBUG)
    # A new process creates its own clients, with the present logging.
    world.wire._clouds.clear()
    return Seen(world, caplog)


@pytest.fixture
def hidden(world):
    """A project whose root takes a NoEcho parameter and whose nested stack generates a secret."""
    project = world.project("hidden")
    nested = network("hidden")
    nested["Resources"]["Secret"] = GENERATED
    nested["Outputs"]["SecretArn"] = {"Value": {"Ref": "Secret"}}
    project.nested("environment", {"Network": nested, "Entry": entry()})
    root = json.loads((project.folder / "roots/environment.yaml").read_text())
    root["Parameters"]["NetworkColor"]["NoEcho"] = True
    project.write("roots/environment.yaml", root)
    return project


def test_no_secret_is_shown(world, seen, hidden):
    target = world.target("hidden", protected=False)
    seen.deploy(hidden, target, PARAMETER)
    seen.deploy(hidden, target, NEXT)
    states = environment_status(target, world.wire)
    outputs = environment_outputs(target, world.wire)
    plan = destroy_plan(target, world.wire)
    seen.parts += [repr(states), status_text(states), outputs_text(outputs), repr(outputs)]
    seen.parts += [repr(plan), json.dumps(asdict(plan), default=str)]
    generated = _generated(world)
    assert len(generated) == 40
    _assert_hidden(seen, PARAMETER, NEXT, VARIABLE, TOKEN, generated)
    assert "Network/Secret" in seen.text  # it was part of the run


@pytest.mark.parametrize("code", ["ValidationError", "SignatureDoesNotMatch", "AccessDenied"])
def test_no_error_of_aws_shows_credentials(world, seen, code):
    message = f"key {KEY}, x-amz-security-token:{TOKEN}, Signature={VARIABLE}; secret {VARIABLE}"
    project, target = (
        world.project(f"answer-{code}"),
        world.target(f"answer-{code}", protected=False),
    )
    for operation in ("GetCallerIdentity", "DescribeStacks", "CreateChangeSet"):
        # Where stacks may not be listed, each is read by its name.
        times = 2 if operation == "DescribeStacks" else 1
        world.wire.arm(answered(400, code, message), 1, times, only=operation)
        seen.failure(world.deploy, project, target)
    world.wire.revive()
    _assert_hidden(seen, KEY, TOKEN, VARIABLE)


def _generated(world):
    manager = world.cloud._client("secretsmanager")
    (secret,) = manager.list_secrets()["SecretList"]
    return manager.get_secret_value(SecretId=secret["ARN"])["SecretString"]


def _assert_hidden(seen, *secrets):
    lines = seen.text.splitlines()
    found = {secret: [line[:200] for line in lines if secret in line] for secret in secrets}
    assert {secret: where[:3] for secret, where in found.items() if where} == {}
