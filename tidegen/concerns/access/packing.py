"""Statements packed into managed policies: IAM limits their size, and their number on a role.

Source: IAM user guide, "IAM and AWS STS quotas". White space does not count.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from awacs.aws import Statement
from troposphere import encode_to_dict

from tidegen.cloudformation.quotas import MANAGED_POLICY_SIZE, batches

#: The longest value of each name in an ARN; a test compares them with the environment file's.
LONGEST = {
    "Project": 24,
    "Environment": 32,
    "AWS::AccountId": 12,
    "AWS::Partition": len("aws-us-gov"),
    "AWS::StackName": 24 + 32 + len("--access"),
}
#: Of a reference, such as a role's ARN: a path and a name of 64 characters.
_REFERENCE = 200
_FRAME = len('{"Version":"2012-10-17","Statement":[]}')
#: Of the actions of one statement, so that the rest of it fits a policy too.
_ACTIONS = 4_000


def packed(statements: Iterable[Statement]) -> list[list[Statement]]:
    """Return the statements in order, a list for each managed policy that they need."""
    return list(batches(statements, longest_size, MANAGED_POLICY_SIZE)) or [[]]


def split_actions(actions: Iterable[str]) -> Iterator[list[str]]:
    """Yield the actions in order, in lists that fit a statement."""
    return batches(actions, lambda part: len(json.dumps(part)), _ACTIONS)


def longest_size(statements: Iterable[Statement]) -> int:
    """Return the characters of a policy of an environment with the longest names."""
    texts = [_filled(encode_to_dict(statement)) for statement in statements]
    return _FRAME + len(json.dumps(texts, separators=(",", ":")))


def _filled(value: Any) -> Any:
    if isinstance(value, list):
        return [_filled(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Sub" in value:
        return re.sub(r"\$\{(.*?)\}", _longest, value["Fn::Sub"])
    if value.keys() & {"Ref", "Fn::GetAtt"}:
        return "x" * _REFERENCE
    return {key: _filled(item) for key, item in value.items()}


def _longest(name: re.Match[str]) -> str:
    # at least the name: rule E9605 counts it
    return "x" * max(len(name[0]), LONGEST.get(name[1], _REFERENCE))
