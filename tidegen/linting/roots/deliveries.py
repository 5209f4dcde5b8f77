"""Services that publish to topics and queues, and whether policy and key allow them."""

from collections.abc import Iterator
from typing import Any

from tidegen.cloudformation.resources import Properties
from tidegen.cloudformation.values import listed
from tidegen.linting.roots.examples import key_with
from tidegen.linting.roots.rule import RootRule
from tidegen.linting.roots.view import Problem, RootView, allows_service

_ACTIONS = {"AWS::SNS::Topic": "sns:Publish", "AWS::SQS::Queue": "sqs:SendMessage"}
_POLICIES = {
    "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy", "Topics"),
    "AWS::SQS::Queue": ("AWS::SQS::QueuePolicy", "Queues"),
}
#: The condition keys that a service sends when it publishes, where they are not `_SOURCE`: a
#: condition on any other key refuses it. EventBridge sends no source to topics and their keys
#: (AWS docs, "Amazon SNS key management").
_SENT = {("events", "AWS::SNS::Topic"): frozenset[str]()}
#: The encryption context that SNS and SQS send to the key, for any caller.
_CONTEXT = {
    "AWS::SNS::Topic": "kms:EncryptionContext:aws:sns:topicArn",
    "AWS::SQS::Queue": "kms:EncryptionContext:aws:sqs:arn",
}
_SOURCE = frozenset({"aws:SourceAccount", "aws:SourceArn"})
_ALARMS = ("AlarmActions", "OKActions", "InsufficientDataActions")


def deliveries(root: RootView) -> Iterator[tuple[str, str, str]]:
    """Yield (path of the resource, service, path of the topic or queue) of every delivery."""
    for path, resource in root.resources.items():
        for service, value in _targets(resource["Type"], resource.get("Properties", {})):
            target = root.referred(value, *_ACTIONS)
            if target:
                yield path, service, target


def _targets(type_name: str, properties: Properties) -> Iterator[tuple[str, Any]]:
    match type_name:
        case "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm":
            for kind in _ALARMS:
                yield from (("cloudwatch", action) for action in listed(properties.get(kind)))
        case "AWS::Events::Rule":
            for target in listed(properties.get("Targets")):
                yield "events", target.get("Arn")
                yield "events", target.get("DeadLetterConfig", {}).get("Arn")
        case "AWS::SNS::Subscription":
            yield "sns", properties.get("RedrivePolicy", {}).get("deadLetterTargetArn")
        case "AWS::SES::ConfigurationSetEventDestination":
            destination = properties.get("EventDestination", {})
            yield "ses", destination.get("SnsDestination", {}).get("TopicARN")


def _allows(statement: Properties, service: str, action: str, keys: frozenset[str]) -> bool:
    """Return whether a statement allows the service, by a condition that it can meet.

    The service sends only the condition keys `keys`. An operator that ends in `IfExists` is met
    by a request without the key.
    """
    tests = statement.get("Condition", {}).items()
    required = {key for name, test in tests if not name.endswith("IfExists") for key in test}
    return allows_service(statement, service, action) and required <= keys


def _policy_problems(root: RootView, path: str, service: str, target: str) -> Iterator[Problem]:
    kind = root.type_of(target)
    policies = root.policies_of(target, *_POLICIES[kind])
    sent = _SENT.get((service, kind), _SOURCE)
    if not any(_allows(statement, service, _ACTIONS[kind], sent) for statement in policies):
        yield path, f"the policy of {target} does not allow {service}.amazonaws.com; allow it"


def _key_problems(root: RootView, path: str, service: str, target: str) -> Iterator[Problem]:
    kind = root.type_of(target)
    # A service sends the same keys to every KMS key: as few as it sends for a topic.
    sent = _SENT.get((service, "AWS::SNS::Topic"), _SOURCE) | {_CONTEXT[kind]}
    policy = root.key_policy(root.properties(target).get("KmsMasterKeyId"))
    for action in ("kms:Decrypt", "kms:GenerateDataKey") if policy is not None else ():
        if not any(_allows(statement, service, action, sent) for statement in policy or ()):
            yield path, f"the key of {target} does not allow {service}.amazonaws.com {action}"


_RESOURCES = """
Resources:
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties: {AlarmActions: [!Ref Topic]}
  Topic: {Type: "AWS::SNS::Topic", Properties: {KmsMasterKeyId: !Ref Key}}
  Policy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Topic]
      PolicyDocument:
        Statement:
        - Effect: Allow
          Principal: {Service: cloudwatch.amazonaws.com}
          Action: sns:Publish
""" + key_with("""
      {Effect: Allow, Principal: {Service: cloudwatch.amazonaws.com},
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"]}""")


class PublisherIsAllowed(RootRule):
    """The policy and the key of a topic or queue allow every service that publishes to it.

    An alarm that may not publish, or may not use the topic's key, fails silently: the stack is
    green and nobody is notified (known failures topic-key-closed and topic-policy-closed).

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """

    id = "E9804"
    good = _RESOURCES
    bad = _RESOURCES.replace('["kms:Decrypt", "kms:GenerateDataKey*"]', "kms:Encrypt")

    def problems(self, root: RootView) -> Iterator[Problem]:
        for path, service, target in deliveries(root):
            yield from _policy_problems(root, path, service, target)
            yield from _key_problems(root, path, service, target)
