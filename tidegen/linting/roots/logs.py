"""Log groups and their keys."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from tidegen.cloudformation.values import listed, text_of
from tidegen.linting.roots.view import Problem, RootRule, RootView, lets_in

_CONTEXT = "kms:EncryptionContext:aws:logs:arn"


def _covered(root: RootView) -> Iterator[Problem]:
    for path, group in root.of("AWS::Logs::LogGroup"):
        policy = root.key_policy(group.get("KmsKeyId"))
        name = group.get("LogGroupName") or f"{root.stack}-{path.replace('/', '-')}"
        if policy is not None and not any(_covers(statement, name) for statement in policy):
            yield (
                path,
                f"the policy of its key does not cover the log group's name, {text_of(name)}",
            )


def _covers(statement: dict[str, Any], name: Any) -> bool:
    """Whether CloudWatch Logs may use the key for that group; what is unknown may be anything."""
    if not lets_in(statement, "logs", "kms:GenerateDataKey"):
        return False
    tests = statement.get("Condition", {}).values()
    patterns = [p for test in tests for p in listed(test.get(_CONTEXT))]
    return not patterns or any(_fits(text_of(pattern), text_of(name)) for pattern in patterns)


def _fits(pattern: str, name: str) -> bool:
    return fnmatchcase(name, pattern.partition(":log-group:")[2].replace("…", "*") or "*")


_RESOURCES = """
Resources:
  Group:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: /tide/app, KmsKeyId: !GetAtt Key.Arn}
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
        - Effect: Allow
          Principal: {Service: !Sub "logs.${AWS::Region}.amazonaws.com"}
          Action: kms:GenerateDataKey*
          Condition:
            ArnLike:
              kms:EncryptionContext:aws:logs:arn: "arn:*:logs:*:*:log-group:/tide/*"
"""
CHECKS = (
    RootRule(
        "E9805",
        "The policy of a log group's key covers the group's name",
        "CloudWatch Logs asks for the key in the name of the log group; a policy whose pattern"
        " does not fit it refuses, and the group cannot be made (known failure"
        " log-group-key-closed).",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
        _RESOURCES,
        _RESOURCES.replace("/tide/app", "/other/app"),
        _covered,
    ),
)
