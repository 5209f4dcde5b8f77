"""No function that writes to a stack does so to one of another owner.

Every call of the port that writes is listed here, with the modules that make it: a new one has to
be added, with the function that leads to it.
"""

import ast
import json
from pathlib import Path

import boto3
import pytest
from tiny_project import REGION

import tidegen
from tests.targets import target_of
from tidegen.contract import Scope
from tidegen.deployment.destroy import destroy_plan, execute_destroy
from tidegen.deployment.imports.moving import execute_moves, planned_moves
from tidegen.deployment.imports.replacing import release_replaced
from tidegen.deployment.imports.run import execute_import
from tidegen.deployment.port import Cloud
from tidegen.deployment.reading.imports import import_plan
from tidegen.deployment.reading.preview import preview
from tidegen.deployment.reading.status import environment_status
from tidegen.deployment.reverting import execute_revert, revert_plan
from tidegen.deployment.rollback import execute_rollback, rollback_plan
from tidegen.errors import InputError, RefusedError
from tidegen.planning.importing import ImportPlan
from tidegen.planning.ownership import with_consent
from tidegen.reporting.destroy import destroy_text
from tidegen.reporting.plan.text import plan_text
from tidegen.reporting.status import status_text

NUMBER = "111122223333"
#: Writes to stacks → the modules that make them, each behind a function of `WAYS`.
WRITES = {
    "create_change_set": {"change_sets"},
    "create_import": {"change_sets"},
    "create_revert": {"change_sets"},
    "delete_change_set": {"change_sets", "reverting"},
    "execute_change_set": {"change_sets"},
    "continue_rollback": {"rollback", "root_deployment"},
    "undo_failed": {"rollback"},
    "delete_stack": {"change_sets", "destroy", "root_deployment"},
    "set_termination_protection": {"protection"},
    "set_stack_policy": {"moving", "protection", "run"},
}
#: Writes to objects and secrets, which are found by their own names.
OTHER_WRITES = {"put_object", "put_secret", "promote_secret"}
READS = {
    "poll_seconds", "account", "stack", "project_stacks", "resources", "events", "template",
    "change_set", "change_set_problems", "change_set_warnings", "existing", "object_exists",
    "object_url", "stack_policy", "named_stacks", "caller",
    "detect_drift", "drift_detection", "resource_drifts", "secret", "listed_secrets",
}  # fmt: skip
FOREIGN = {
    "Resources": {
        "Orders": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": "orders",
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            },
        }
    }
}


def test_every_method_of_the_port_reads_or_is_known_to_write():
    methods = {name for name in vars(Cloud) if not name.startswith("_")}
    assert methods == {*READS, *WRITES, *OTHER_WRITES}


def test_writes_to_stacks_are_made_by_known_modules():
    made = {name: set() for name in WRITES}
    for path in Path(tidegen.__file__).parent.rglob("*.py"):
        if {"aws", "local"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr in WRITES:
                made[called.attr].add(path.stem)
    assert made == WRITES


def api(service):
    return boto3.client(
        service, region_name=REGION, aws_access_key_id=NUMBER, aws_secret_access_key="local"
    )


@pytest.fixture(params=["tagless", "tagged as ours", "another environment's"])
def foreign(request, world):
    """A stack of another owner at the name of an environment's root, and the environment."""
    name = f"f{abs(hash(request.node.nodeid)) % 10**8}"
    parameters = {}
    tags = {
        "tagless": {"team": "other"},
        "tagged as ours": {"project": "tide", "environment": name},
        "another environment's": {"project": "tide", "environment": "staging"},
    }[request.param]
    template = json.loads(json.dumps(FOREIGN))
    template["Resources"]["Orders"]["Properties"]["TableName"] = name
    if request.param.startswith("another"):
        template["Parameters"] = {"Digest": {"Type": "String"}}
        parameters = {"Digest": "1"}
    api("cloudformation").create_stack(
        StackName=f"tide-{name}",
        TemplateBody=json.dumps(template),
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
    )
    api("cloudformation").get_waiter("stack_create_complete").wait(
        StackName=f"tide-{name}", WaiterConfig={"Delay": 1}
    )
    world.wire.revive()
    yield name
    assert name in api("dynamodb").list_tables()["TableNames"]
    api("cloudformation").delete_stack(StackName=f"tide-{name}")


def ways(world, project, target):
    """Return each function that leads to a write, by name."""
    plan = world.plan(project, target)
    wanted = {"environment:Network/Table": f"t-{target.name}"}
    return {
        "deploy": lambda: world.deploy(project, target),
        "import": lambda: execute_import(plan, import_plan(plan, wanted, world.wire), world.wire),
        "move": lambda: execute_moves(
            plan, planned_moves(plan, ["Orders"], world.wire), world.wire
        ),
        "replace": lambda: release_replaced(plan, ImportPlan(target.name, ()), world.wire),
        "revert": lambda: execute_revert(revert_plan(plan, world.wire), world.wire),
        "destroy": lambda: execute_destroy(destroy_plan(target, world.wire), world.wire),
        "rollback": lambda: execute_rollback(rollback_plan(target, world.wire), world.wire),
    }


def writes(world):
    reads = ("Describe", "Get", "List", "Head")
    return [call for call in world.wire.calls if not call.startswith(reads)]


def test_nothing_writes_to_a_foreign_stack(world, foreign):
    project, target = world.project(foreign), world.target(foreign, protected=False)
    for name, command in ways(world, project, target).items():
        with pytest.raises((RefusedError, InputError)) as raised:
            command()
        if name != "move":  # nothing of a foreign stack has a new path
            assert f"--take-over tide-{foreign}" in str(raised.value), name
        assert writes(world) == [], name


def test_plan_and_status_say_so_and_change_sets_are_not_tried(world, foreign):
    project, target = world.project(foreign), world.target(foreign, protected=False)
    plan = world.plan(project, target)
    assert f"refused: tide-{foreign} ({NUMBER}/{REGION}): is not of tide/{foreign}" in plan_text(
        plan
    )
    shown = preview(plan, world.wire, change_sets=True)
    assert "Orders" in {change.path for change in shown[-1].changes}
    roots = environment_status(target, world.wire)
    assert f"is not of tide/{foreign}: it carries" in status_text(roots)
    assert writes(world) == []


def test_the_option_lets_a_deploy_have_it(world):
    name = "taken"
    template = json.loads(json.dumps(FOREIGN))
    template["Resources"]["Orders"]["Properties"]["TableName"] = name
    api("cloudformation").create_stack(StackName=f"tide-{name}", TemplateBody=json.dumps(template))
    api("cloudformation").get_waiter("stack_create_complete").wait(
        StackName=f"tide-{name}", WaiterConfig={"Delay": 1}
    )
    project, target = world.project(name), world.target(name, protected=False)
    shown = []
    plan = with_consent(world.plan(project, target), [f"tide-{name}"])
    world.deploy(project, target, plan=plan, approve=lambda p: shown.append(p) or True)
    assert "Orders" in {change.path for change in shown[-1].changes}
    assert name not in api("dynamodb").list_tables()["TableNames"]
    assert world.plan(project, target).foreign == ()
    assert destroy_plan(target, world.wire).steps[0].deleted
    assert "deletes AWS::SNS::Topic Network/Topic" in destroy_text(destroy_plan(target, world.wire))


def test_a_foreign_prerequisite_is_refused_with_the_command_that_deploys_it(world, engine):
    number = "999988887777"
    client = boto3.client(
        "cloudformation",
        region_name=REGION,
        aws_access_key_id=number,
        aws_secret_access_key="local",
    )
    client.create_stack(StackName="tide-bootstrap", TemplateBody=json.dumps(FOREIGN))
    target = target_of("late", Scope.ENVIRONMENT, account=number, region=REGION)
    plan = world.plan(world.project("late"), target)
    (item,) = plan.foreign
    assert item.command == "tidegen bootstrap --env late"
