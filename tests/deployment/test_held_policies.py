"""Stack policies and termination protection that a person set, on the engine."""

import json

import pytest
from test_deploy_locally import Deployer, results
from tiny_project import VALUES, entry, network

from tidegen.aws.adapter import connect
from tidegen.deployment.events import PolicyKept, PolicyOverridden, Result
from tidegen.deployment.executor import execute
from tidegen.deployment.imports.run import execute_import
from tidegen.deployment.reading.planner import build_plan
from tidegen.errors import InputError, RefusedError
from tidegen.planning.importing import ImportPlan
from tidegen.planning.policies import with_override
from tidegen.reporting.plan.text import plan_text

STACK = "tide-development"
FREEZE = json.dumps(
    {"Statement": [{"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}
)


@pytest.fixture
def frozen(engine, project, number, account, development, monkeypatch):
    """An environment whose root and nested stacks a person froze; and a change to deploy."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", engine.endpoint)
    deployer = Deployer(project, number)
    deployer.deploy(account)
    deployer.deploy(development)
    for stack in stacks(development):
        deployer.client("cloudformation").set_stack_policy(StackName=stack, StackPolicyBody=FREEZE)
    return deployer


def stacks(target):
    cloud = connect(target.place())
    nested = [r.physical_id for r in cloud.resources(STACK)]
    return [cloud.stack(STACK).stack_id, *nested]


def policies(target):
    cloud = connect(target.place())
    return [cloud.stack_policy(stack) for stack in stacks(target)]


def changed(frozen):
    frozen.project.nested("environment", {"Network": network(), "Entry": entry("two")})


def test_a_deploy_is_refused_and_the_plan_names_each_policy(frozen, development):
    changed(frozen)
    plan = build_plan(development, VALUES, frozen.project.release, connect)
    assert [item.path for item in plan.held] == ["", "Network", "Entry"]
    text = plan_text(plan)
    assert f"refused: {STACK} " in text
    assert '"Effect": "Deny"' in text
    assert f"say --override-policy {STACK} to deploy past it" in text
    with pytest.raises(RefusedError, match="has a policy that was set by hand"):
        frozen.deploy(development)
    with pytest.raises(RefusedError, match="has a policy that was set by hand"):
        execute_import(plan, ImportPlan("development", ()), connect)
    assert policies(development) == [FREEZE] * 3


def test_a_named_stack_is_deployed_past_it_and_has_it_again(frozen, development):
    changed(frozen)
    plan = build_plan(development, VALUES, frozen.project.release, connect)
    with pytest.raises(InputError, match="--override-policy other: is no stack of this env"):
        with_override(plan, ["other"])
    events = []
    plan = with_override(plan, [STACK])
    outcomes = execute(plan, connect, approve=lambda _: True, emit=events.append)
    assert results(outcomes)[-1] is Result.UPDATED
    reported = [event.text for event in events if isinstance(event, PolicyOverridden)]
    assert reported == [FREEZE] * 3
    assert policies(development) == [FREEZE] * 3


def test_without_a_change_it_is_left_and_named(frozen, development):
    outcomes = frozen.deploy(development)
    assert results(outcomes) == [Result.UNCHANGED] * 2
    (kept,) = frozen.of(PolicyKept)
    assert kept.paths == ("", "Network", "Entry")
    assert policies(development) == [FREEZE] * 3
