"""Permissions packed into managed policies, judged by IAM's quota and the longest names."""

import json
from itertools import chain, pairwise

import pytest
from template_policies import ACCOUNT, resolve
from troposphere import encode_to_dict

from tests.built import resources
from tidegen.blocks.policies import allow, arn, parse_actions
from tidegen.concerns.access import CONCERN
from tidegen.concerns.access.execution_role import executing_statements
from tidegen.concerns.access.packing import LONGEST, longest_size, packed, split_actions
from tidegen.contract import Scope
from tidegen.environments import types

NAMES = {"Project": "p" * types.PROJECT_LENGTH, "Environment": "e" * types._NAME_LENGTH}
STACK = Scope.ACCESS.stack_name(*NAMES.values())
VALUES = {
    **NAMES,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws-us-gov",
    "AWS::StackName": STACK,
    "ExecutionRole.Arn": f"arn:aws-us-gov:iam::{ACCOUNT}:role/{'r' * 150}",
}


def test_the_longest_values_are_those_that_environment_files_may_have():
    assert {name: len(VALUES[name]) for name in LONGEST} == LONGEST


def characters(document):
    """Return a policy's characters in the environment with the longest names."""
    text = json.dumps(resolve(document, VALUES), separators=(",", ":"))
    assert "${" not in text
    return len(text)


@pytest.mark.parametrize(
    "title", [title for title in resources(CONCERN) if title.startswith("ExecutionPolicy")]
)
def test_each_policy_of_the_longest_names_fits(title):
    assert characters(resources(CONCERN)[title]["Properties"]["PolicyDocument"]) <= 6_144


ACTIONS = [f"dynamodb:DescribeSomething{number}" for number in range(500)]


def test_the_actions_of_one_service_are_split_to_fit():
    assert list(chain(*split_actions(ACTIONS))) == ACTIONS
    assert list(split_actions([])) == []
    policies = packed(executing_statements(ACTIONS))
    assert len(policies) > 2
    names = [action.JSONrepr() for batch in policies for item in batch for action in item.Action]
    assert sorted(names) == sorted(ACTIONS)
    for batch in policies:
        document = {"Version": "2012-10-17", "Statement": encode_to_dict(batch)}
        assert characters(document) <= 6_144


def test_a_policy_is_filled_before_the_next_begins():
    statements = [
        allow(f"S{number}", parse_actions([action]), [arn("dynamodb:*:${AWS::AccountId}:*")])
        for number, action in enumerate(ACTIONS[:200])
    ]
    policies = packed(statements)
    assert list(chain(*policies)) == statements
    for batch, following in pairwise(policies):
        assert longest_size(batch) <= 6_144 < longest_size([*batch, following[0]])
