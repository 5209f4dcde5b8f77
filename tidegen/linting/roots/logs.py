"""Log groups and their keys."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from tidegen.cloudformation.values import listed, text_of
from tidegen.linting.roots.examples import key_with
from tidegen.linting.roots.rule import RootRule
from tidegen.linting.roots.view import Problem, RootView, allows_service

_CONTEXT = "kms:EncryptionContext:aws:logs:arn"


def _covers(statement: dict[str, Any], name: Any) -> bool:
    """Return whether CloudWatch Logs may use the key for that group; an unknown name matches."""
    if not allows_service(statement, "logs", "kms:GenerateDataKey"):
        return False
    tests = statement.get("Condition", {}).values()
    patterns = [p for test in tests for p in listed(test.get(_CONTEXT))]
    return not patterns or any(_matches(text_of(pattern), text_of(name)) for pattern in patterns)


def _matches(pattern: str, name: str) -> bool:
    return fnmatchcase(name, pattern.partition(":log-group:")[2].replace("…", "*") or "*")


_RESOURCES = """
Resources:
  Group:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: /tide/app, KmsKeyId: !GetAtt Key.Arn}
""" + key_with("""
      {Effect: Allow, Principal: {Service: !Sub "logs.${AWS::Region}.amazonaws.com"},
      Action: "kms:GenerateDataKey*", Condition: {ArnLike:
      {"kms:EncryptionContext:aws:logs:arn": "arn:*:logs:*:*:log-group:/tide/*"}}}""")


class LogGroupKeyCoversName(RootRule):
    """The policy of a log group's key covers the name of the group.

    CloudWatch Logs sends the name of the log group when it uses the key. A policy with a pattern
    that does not match the name refuses it, and the group cannot be created (known failure
    log-group-key-closed).

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """

    id = "E9805"
    good = _RESOURCES
    bad = _RESOURCES.replace("/tide/app", "/other/app")

    def problems(self, root: RootView) -> Iterator[Problem]:
        for path, group in root.of("AWS::Logs::LogGroup"):
            policy = root.key_policy(group.get("KmsKeyId"))
            name = group.get("LogGroupName") or f"{root.stack}-{path.replace('/', '-')}"
            if policy is not None and not any(_covers(statement, name) for statement in policy):
                yield (
                    path,
                    f"the policy of its key does not cover the log group's name, {text_of(name)}",
                )
