"""Nothing is told in vain: whoever publishes may, by the topic's policy and by the key's.

A green stack does not say so: an alarm that may not use its topic's key fails silently (failure
catalogue, rows 29 and 30). The chain crosses templates, so that it is walked over compositions.
"""

import json
from dataclasses import dataclass
from functools import cache

import pytest

from tidegen.composition import Composition, build_assets, compose
from tidegen.concerns import own_concerns
from tidegen.contract import Concern, Context, Scope, Sibling

CONCERNS = own_concerns()
CONTEXT = Context(CONCERNS, build_assets(CONCERNS))
#: What each service says of itself when it publishes to an encrypted topic or sends to a queue.
#: EventBridge sends no source to topics and their keys (AWS docs, "Amazon SNS key management").
CONTEXT_KEYS = {
    ("cloudwatch", "AWS::SNS::Topic"): {"aws:SourceAccount", "aws:SourceArn"},
    ("events", "AWS::SNS::Topic"): set(),
    ("events", "AWS::SQS::Queue"): {"aws:SourceArn"},
    ("ses", "AWS::SNS::Topic"): {"aws:SourceAccount", "aws:SourceArn"},
    ("sns", "AWS::SQS::Queue"): {"aws:SourceArn"},
}
ACTIONS = {"AWS::SNS::Topic": "sns:Publish", "AWS::SQS::Queue": "sqs:SendMessage"}
POLICIES = {
    "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy", "Topics"),
    "AWS::SQS::Queue": ("AWS::SQS::QueuePolicy", "Queues"),
}


@dataclass(frozen=True)
class Delivery:
    """A service that delivers to a target, for a resource of a concern."""

    composition: Composition
    concern: Concern
    source: str
    service: str
    target: str  # JSON of the reference

    def __str__(self):
        return f"{self.composition.scope}-{self.concern.name}-{self.source}-{self.service}"


@cache
def body(concern):
    return json.loads(concern.build(CONTEXT).to_json())


def follow(composition, concern, value):
    """(concern, logical id) of the resource that a reference leads to, across templates."""
    name = value.get("Ref") or value["Fn::GetAtt"][0]
    if name in body(concern)["Resources"]:
        return concern, name
    (source,) = (item.source for item in concern.inputs if item.name == name)
    assert isinstance(source, Sibling), f"{concern.name}: {name} comes from another root"
    owner = composition.providers[source.output]
    return follow(composition, owner, body(owner)["Outputs"][source.output]["Value"])


def targets(item):
    """(service, reference) of everything a resource delivers to."""
    properties = item.get("Properties", {})
    match item["Type"]:
        case "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm":
            for kind in ("AlarmActions", "OKActions", "InsufficientDataActions"):
                yield from (("cloudwatch", action) for action in properties.get(kind, []))
        case "AWS::Events::Rule":
            for target in properties["Targets"]:
                yield from (("events", arn) for arn in rule_targets(target))
        case "AWS::SNS::Subscription":
            yield "sns", properties["RedrivePolicy"]["deadLetterTargetArn"]
        case "AWS::SES::ConfigurationSetEventDestination":
            destination = properties["EventDestination"].get("SnsDestination")
            if destination:
                yield "ses", destination["TopicARN"]


def rule_targets(target):
    """A rule's dead-letter queue and topic; a log group is named by its ARN, not referred to."""
    return [target["DeadLetterConfig"]["Arn"], *([target["Arn"]] if "Ref" in target["Arn"] else [])]


def deliveries():
    for scope, composition in compose(CONCERNS).items():
        if scope not in (Scope.ENVIRONMENT, Scope.SHARED, Scope.ACCOUNT):
            continue
        for concern in composition.concerns:
            for title, item in body(concern)["Resources"].items():
                for service, target in targets(item):
                    yield Delivery(composition, concern, title, service, json.dumps(target))


FOUND = list({(str(d), d.target): d for d in deliveries()}.values())


def test_alarms_and_rules_of_every_scope_are_among_them():
    seen = {(d.composition.scope, d.service) for d in FOUND}
    for scope in (Scope.ENVIRONMENT, Scope.SHARED, Scope.ACCOUNT):
        assert {(scope, s) for s in ("cloudwatch", "events", "sns")} <= seen
    assert len(FOUND) > 50


def granted(statements, service, action):
    """Condition keys of the statements that let the service do that; None where there is none."""
    for statement in statements:
        services = statement["Principal"]
        services = services.get("Service", []) if isinstance(services, dict) else []
        named = any(action in (a, a.rstrip("*")) for a in statement["Action"])
        if statement["Effect"] == "Allow" and named and f"{service}.amazonaws.com" in services:
            return {key for test in statement.get("Condition", {}).values() for key in test}
    return None


@pytest.mark.parametrize("delivery", FOUND, ids=str)
def test_the_target_lets_the_service_in(delivery):
    owner, title = follow(delivery.composition, delivery.concern, json.loads(delivery.target))
    resources = body(owner)["Resources"]
    kind = resources[title]["Type"]
    policy_type, subject = POLICIES[kind]
    (policy,) = (
        item["Properties"]
        for item in resources.values()
        if item["Type"] == policy_type and {"Ref": title} in item["Properties"][subject]
    )
    keys = granted(policy["PolicyDocument"]["Statement"], delivery.service, ACTIONS[kind])
    assert keys is not None, f"{title}: no statement for {delivery.service}"
    assert keys <= CONTEXT_KEYS[delivery.service, kind]


@pytest.mark.parametrize("delivery", FOUND, ids=str)
def test_the_key_of_the_target_lets_the_service_in(delivery):
    owner, title = follow(delivery.composition, delivery.concern, json.loads(delivery.target))
    target = body(owner)["Resources"][title]
    keeper, key = follow(delivery.composition, owner, target["Properties"]["KmsMasterKeyId"])
    statements = body(keeper)["Resources"][key]["Properties"]["KeyPolicy"]["Statement"]
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        keys = granted(statements, delivery.service, action)
        assert keys is not None, f"{key}: no {action} for {delivery.service}"
        # A key that serves topics and queues alike must let in what names the least.
        assert keys <= CONTEXT_KEYS.get(
            (delivery.service, "AWS::SNS::Topic"), CONTEXT_KEYS["sns", "AWS::SQS::Queue"]
        )
