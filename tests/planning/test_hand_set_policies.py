"""Stack policies that a person set, separated from tidegen's."""

import json

import pytest

from tidegen.cloudformation.stateful import stack_policy
from tidegen.planning.policies import is_generated

FREEZE = {
    "Statement": [{"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*"}]
}
OURS = json.loads(stack_policy(["Table"]))
STATEFUL, PRESENT = {"Table", "Bucket"}, {"Table", "Bucket", "Vpc"}


def changed(index, **more):
    document = json.loads(json.dumps(OURS))
    document["Statement"][index] |= more
    return json.dumps(document)


@pytest.mark.parametrize(
    "text",
    [
        "",
        stack_policy(()),
        stack_policy(["Table"]),
        stack_policy(["Table", "Bucket"]),
        stack_policy(["OfAnEarlierTemplate"]),
        json.dumps(OURS, indent=2),
    ],
)
def test_generated_policies(text):
    assert is_generated(text, STATEFUL, PRESENT)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(FREEZE),
        stack_policy(["Table", "Vpc"]),  # our form, for a resource that we never protect
        changed(1, Action="Update:*"),
        changed(1, Resource="LogicalResourceId/Table"),
        changed(1, NotResource=[]),
        changed(0, Effect="Deny"),
        changed(0, Condition={}),
        json.dumps({**OURS, "Version": "2012-10-17"}),
        json.dumps({"Statement": OURS["Statement"] * 2}),
        json.dumps({"Statement": []}),
        "[]",
        "{",
    ],
)
def test_policies_of_people(text):
    assert not is_generated(text, STATEFUL, PRESENT)
