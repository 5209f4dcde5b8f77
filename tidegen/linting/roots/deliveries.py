"""Who publishes may: by the topic's or queue's policy, and by its key's."""

from collections.abc import Iterator
from typing import Any

from tidegen.cloudformation.resources import Properties
from tidegen.cloudformation.values import listed
from tidegen.linting.roots.view import Problem, RootRule, RootView, lets_in

_ACTIONS = {"AWS::SNS::Topic": "sns:Publish", "AWS::SQS::Queue": "sqs:SendMessage"}
_POLICIES = {
    "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy", "Topics"),
    "AWS::SQS::Queue": ("AWS::SQS::QueuePolicy", "Queues"),
}
#: What each service says of itself when it publishes or sends: a condition on more refuses it.
#: EventBridge sends no source to topics and their keys (AWS docs, "Amazon SNS key management").
_SAID = {("events", "AWS::SNS::Topic"): frozenset[str]()}
#: What SNS and SQS say to the key of what they encrypt, whoever calls them.
_CONTEXT = {
    "AWS::SNS::Topic": "kms:EncryptionContext:aws:sns:topicArn",
    "AWS::SQS::Queue": "kms:EncryptionContext:aws:sqs:arn",
}
_SOURCE = frozenset({"aws:SourceAccount", "aws:SourceArn"})
_ALARMS = ("AlarmActions", "OKActions", "InsufficientDataActions")


def deliveries(root: RootView) -> Iterator[tuple[str, str, str]]:
    """(path of the resource, service, path of the topic or queue) of all that is delivered."""
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


def _heard(root: RootView) -> Iterator[Problem]:
    for path, service, target in deliveries(root):
        kind = root.type_of(target)
        granted = root.policies_of(target, *_POLICIES[kind])
        said = _SAID.get((service, kind), _SOURCE)
        if not any(_lets_in(s, service, _ACTIONS[kind], said) for s in granted):
            yield path, f"the policy of {target} does not let {service}.amazonaws.com in"
        # A service says the same of itself to all keys: as little as it says for a topic.
        said = _SAID.get((service, "AWS::SNS::Topic"), _SOURCE) | {_CONTEXT[kind]}
        key = root.key_policy(root.properties(target).get("KmsMasterKeyId"))
        for action in ("kms:Decrypt", "kms:GenerateDataKey") if key is not None else ():
            if not any(_lets_in(s, service, action, said) for s in key or ()):
                yield path, f"the key of {target} grants {service}.amazonaws.com no {action}"


def _lets_in(statement: Properties, service: str, action: str, said: frozenset[str]) -> bool:
    """Whether a statement lets the service in, by a condition that it can meet.

    What is asked only where it is there (`IfExists`) refuses nobody who does not say it.
    """
    tests = statement.get("Condition", {}).items()
    asked = {key for name, test in tests if not name.endswith("IfExists") for key in test}
    return lets_in(statement, service, action) and asked <= said


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
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
        - Effect: Allow
          Principal: {Service: cloudwatch.amazonaws.com}
          Action: ["kms:Decrypt", "kms:GenerateDataKey*"]
"""
CHECKS = (
    RootRule(
        "E9804",
        "Who publishes to a topic or queue may, by its policy and by its key's",
        "An alarm that may not publish, or not use the topic's key, fails in silence: the stack is"
        " green and nobody is told (known failures topic-key-closed and topic-policy-closed).",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
        _RESOURCES,
        _RESOURCES.replace('["kms:Decrypt", "kms:GenerateDataKey*"]', "kms:Encrypt"),
        _heard,
    ),
)
