"""Topics, their policies and subscriptions, and the queue of what could not be delivered."""

from collections.abc import Iterable
from typing import Any

from awacs import sns as sns_actions
from awacs import sqs as sqs_actions
from awacs.aws import (
    Action,
    Allow,
    ArnLike,
    Condition,
    Principal,
    Statement,
    StringEquals,
)
from troposphere import GetAtt, Ref, Select, Sub, Template, sns, sqs

from tidegen.blocks.alarms import add_alarm
from tidegen.blocks.policies import document, tls_only
from tidegen.blocks.stateful import RETAINED

#: Services that may publish or send, and the source that each one names. AWS Backup names none
#: that its documentation states, so the account alone limits it.
SOURCES: dict[str, str | None] = {
    "backup": None,
    "cloudwatch": "cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*",
    "events": "events:${AWS::Region}:${AWS::AccountId}:rule/*",
    "ses": "ses:${AWS::Region}:${AWS::AccountId}:configuration-set/*",
    "sns": "sns:${AWS::Region}:${AWS::AccountId}:*",
}
#: EventBridge sends no source when it publishes to a topic; a condition would stop every event.
#: Source: AWS docs, "Using resource-based policies for Amazon EventBridge", SNS permissions.
_PUBLISHES_WITHOUT_SOURCE = ("events",)
MESSAGING_KEY = "MessagingKeyArn"
_FOURTEEN_DAYS = 1_209_600  # seconds, the longest that SQS keeps a message


def add_topic(
    template: Template,
    title: str,
    display: str,
    publishers: Iterable[str],
    contacts: Any = None,
    *,
    key: str = MESSAGING_KEY,
) -> sns.Topic:
    """A topic under the key whose ARN the parameter `key` holds, its policy, a subscription.

    `display` is text for Fn::Sub. `contacts` is a list that holds at least one address; without
    it nobody is subscribed. The subscription of the first waits for a person to confirm it
    (catalogue row 57); `tidegen preflight` lists those that nobody did.
    """
    topic = template.add_resource(
        sns.Topic(
            title,
            DisplayName=Sub(display),
            KmsMasterKeyId=Ref(key),
            SignatureVersion="2",  # SHA-256; version 1 signs with SHA-1
        )
    )
    statements = [_may(sns_actions.Publish, service, Ref(topic)) for service in sorted(publishers)]
    template.add_resource(
        sns.TopicPolicy(
            f"{title}Policy",
            Topics=[Ref(topic)],
            PolicyDocument=document(*statements, *tls_only([sns_actions.Publish], [Ref(topic)])),
        )
    )
    if contacts is not None:
        _add_subscription(template, topic, Select(0, contacts))
    return topic


def _add_subscription(template: Template, topic: sns.Topic, address: Any) -> None:
    template.add_resource(
        sns.SubscriptionResource(
            f"{topic.title}Email",
            TopicArn=Ref(topic),
            Protocol="email",
            Endpoint=address,
            RedrivePolicy={"deadLetterTargetArn": GetAtt("DeadLetterQueue", "Arn")},
        )
    )


def add_dead_letter_queue(template: Template, *, key: str = MESSAGING_KEY) -> sqs.Queue:
    """The queue `DeadLetterQueue` and its policy: what SNS and EventBridge could not deliver."""
    queue = template.add_resource(
        sqs.Queue(
            "DeadLetterQueue",
            KmsMasterKeyId=Ref(key),
            MessageRetentionPeriod=_FOURTEEN_DAYS,
            # No queue of SQS drains into this one; SNS and EventBridge are not asked by it.
            RedriveAllowPolicy={"redrivePermission": "denyAll"},
            **RETAINED,
        )
    )
    arn = GetAtt(queue, "Arn")
    template.add_resource(
        sqs.QueuePolicy(
            "DeadLetterQueuePolicy",
            Queues=[Ref(queue)],
            PolicyDocument=document(
                _may(sqs_actions.SendMessage, "events", arn),
                _may(sqs_actions.SendMessage, "sns", arn),
                *tls_only([Action("sqs", "*")], [arn]),
            ),
        )
    )
    return queue


def add_dead_letter_alarm(template: Template, topic: str) -> None:
    """Tells the topic with the logical id `topic` when something lies in the queue."""
    add_alarm(
        template,
        "DeadLetters",
        "Notifications could not be delivered. Read them in the dead-letter queue; an "
        "unconfirmed or removed subscription is the usual reason.",
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        {"QueueName": GetAtt("DeadLetterQueue", "QueueName")},
        ("GreaterThanThreshold", 0),
        topic=topic,
        statistic="Maximum",
    )


def _may(action: Action, service: str, resource: Any) -> Statement:
    """One service of this account, for its own kind of source only (confused deputy)."""
    if service in _PUBLISHES_WITHOUT_SOURCE and action == sns_actions.Publish:
        return _statement(action, service, resource)
    operators: list[Any] = [StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")})]
    source = SOURCES[service]
    if source:
        arn = Sub(f"arn:${{AWS::Partition}}:{source}")
        operators.append(ArnLike({"aws:SourceArn": arn}))
    return _statement(action, service, resource, Condition=Condition(operators))


def _statement(action: Action, service: str, resource: Any, **extra: Any) -> Statement:
    return Statement(
        Sid=f"{action.action}From{service.capitalize()}",
        Effect=Allow,
        Principal=Principal("Service", [f"{service}.amazonaws.com"]),
        Action=[action],
        Resource=[resource],
        **extra,
    )
