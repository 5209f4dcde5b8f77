"""Each command that takes an environment, with a stack of another owner at its root's name."""

import json

import pytest

from tests.conftest import client, deployed, tidegen
from tidegen.cli import COMMANDS

ENV = ("--env", "shared-nonproduction")
STACK = "tidepool-shared-nonproduction"
#: Commands that reach no environment's stacks.
ELSEWHERE = {"init", "render", "lint", "release", "schema", "local", "completion", "list", "prove"}
#: Command → exit code, and the words of its output that name the stack.
TRIED = {
    "plan": ([], 0, "--take-over"),
    "preflight": ([], 1, "--take-over"),
    "status": ([], 1, "is not of tidepool/shared-nonproduction: it carries the tags team=other"),
    "deploy": (["--yes"], 1, "--take-over"),
    "deploy --move": (["--yes", "--move", "Orders"], 1, "--take-over"),
    "bootstrap": (["--yes"], 0, "prerequisites are deployed"),
    "import": (["--yes", "Cluster/Cluster=x"], 1, "--take-over"),
    "import --find": (["--find"], 0, ""),
    "secrets adopt": (["--yes"], 1, "--take-over"),
    "secrets status": ([], 2, "only environments have secrets"),
    "outputs": ([], 0, ""),
    "drift": ([], 0, ""),
    "rollback": (["--yes"], 1, "--take-over"),
    "destroy": (["--yes"], 1, "--take-over"),
    "recovery plan": ([], 2, "name a file of an environment"),
    "rehearse": (["--yes"], 2, "name a file of an environment"),
}


@pytest.fixture(scope="module")
def aws():
    """An account with its baseline, and a stack made by hand at the name of a root."""
    with deployed("account-nonproduction") as environment:
        template = {
            "Resources": {
                "Files": {"Type": "AWS::S3::Bucket"},
                "Orders": {
                    "Type": "AWS::DynamoDB::Table",
                    "Properties": {
                        "TableName": "orders",
                        "BillingMode": "PAY_PER_REQUEST",
                        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    },
                },
            }
        }
        api = client(environment, "cloudformation")
        api.create_stack(
            StackName=STACK,
            TemplateBody=json.dumps(template),
            Tags=[{"Key": "team", "Value": "other"}],
        )
        api.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
        yield environment


def facts(aws):
    """Return everything that a command could have changed."""
    api = client(aws, "cloudformation")
    (stack,) = api.describe_stacks(StackName=STACK)["Stacks"]
    stack.pop("DriftInformation", None)  # that a detection was made, which changes nothing
    names = sorted(item["StackName"] for item in api.describe_stacks()["Stacks"])
    policy = api.get_stack_policy(StackName=STACK).get("StackPolicyBody")
    sets = api.list_change_sets(StackName=STACK)["Summaries"]
    tables = client(aws, "dynamodb").list_tables()["TableNames"]
    return stack, names, policy, sets, tables, api.get_template(StackName=STACK)["TemplateBody"]


def test_every_command_that_reaches_stacks_is_tried():
    assert {name.partition(" ")[0] for name in TRIED} == set(COMMANDS) - ELSEWHERE


@pytest.mark.parametrize("name", TRIED)
def test_it_changes_nothing_of_a_foreign_stack(aws, name):
    words, code, expected = TRIED[name]
    before = facts(aws)
    command = name.removesuffix(" --move").removesuffix(" --find").split()
    done = tidegen(*command, *ENV, *words, env=aws)
    assert expected in done.stdout + done.stderr
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert facts(aws) == before


def test_a_named_stack_is_taken_over_and_its_removed_resources_are_shown(aws):
    wrong = tidegen("deploy", *ENV, "--yes", "--take-over", "orders", env=aws)
    assert wrong.returncode == 2
    assert "is no stack of this environment; those are:" in wrong.stderr

    done = tidegen("deploy", *ENV, "--yes", "--take-over", STACK, env=aws)
    assert done.returncode == 0, done.stderr
    assert "- Orders  AWS::DynamoDB::Table" in done.stdout
    assert tidegen("status", *ENV, env=aws).returncode == 0
