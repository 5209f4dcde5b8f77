"""Topics, their policies and subscriptions, and the queue of what could not be delivered."""

from collections.abc import Iterable
from typing import Any

from awacs import sns as sns_actions
from awacs import sqs as sqs_actions
from awacs.aws import (
    Action,
    Allow,
    ArnLike,
    ArnLikeIfExists,
    Condition,
    Principal,
    Statement,
    StringEquals,
    StringEqualsIfExists,
)
from troposphere import Equals, GetAtt, Not, Ref, Sub, Template, sns, sqs

from tidegen.blocks.alarms import add_alarm
from tidegen.blocks.inputs import from_field
from tidegen.blocks.policies import document, tls_only
from tidegen.blocks.stateful import RETAINED
from tidegen.contract import Input
from tidegen.contract.fields import CONTACTS

#: Services that may publish or send, and the source that each one names.
SOURCES = {
    "cloudwatch": "cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*",
    "events": "events:${AWS::Region}:${AWS::AccountId}:rule/*",
    "ses": "ses:${AWS::Region}:${AWS::AccountId}:configuration-set/*",
    "sns": "sns:${AWS::Region}:${AWS::AccountId}:*",
}
#: EventBridge does not always send a source when it publishes to a topic: a condition that wants
#: one would stop every event, one that reads it where it is there stops other accounts' rules.
#: Source: EventBridge guide, "Using resource-based policies", SNS permissions, and "Using IAM
#: policy conditions" (both keys may be null).
_PUBLISHES_WITHOUT_SOURCE = ("events",)
#: Services that send an ARN, which holds the account, and by their guides no account beside it.
#: Sources: EventBridge guide, "Dead-letter queues"; SNS guide, "Dead-letter queues".
_SENDS_ARN_ONLY = ("events", "sns")
MESSAGING_KEY = "MessagingKeyArn"
_FOURTEEN_DAYS = 1_209_600  # seconds, the longest that SQS keeps a message


def add_topic(
    template: Template,
    title: str,
    display: str,
    publishers: Iterable[str],
    contact: str | None = None,
    *,
    key: str = MESSAGING_KEY,
) -> sns.Topic:
    """A topic under the key whose ARN the parameter `key` holds, its policy, its subscriptions.

    `display` is text for Fn::Sub. `contact` is what the parameters of the addresses begin with
    (see `contact_inputs`); without it nobody is subscribed. Each subscription waits for a person to
    confirm it (failure subscription-unconfirmed); `tidegen preflight` lists those that nobody did.
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
    if contact is not None:
        for number in CONTACTS:
            _add_subscription(template, topic, contact, number)
    return topic


def _add_subscription(template: Template, topic: sns.Topic, contact: str, number: int) -> None:
    """The subscription of one address, where there is a `number`-th."""
    address = Ref(f"{contact}{number}")
    condition = {"Condition": f"Has{contact}{number}"} if number > 1 else {}
    for name in condition.values():
        template.conditions[name] = Not(Equals(address, ""))
    template.add_resource(
        sns.SubscriptionResource(
            f"{topic.title}Email{number}",
            TopicArn=Ref(topic),
            Protocol="email",
            Endpoint=address,
            RedrivePolicy={"deadLetterTargetArn": GetAtt("DeadLetterQueue", "Arn")},
            **condition,
        )
    )


def contact_inputs(*kinds: str) -> list[Input]:
    """The parameters that `add_topic` reads, for lists of contacts like `critical`."""
    return [
        from_field(f"{kind.capitalize()}Contact{number}", f"contacts.{kind}_{number}")
        for kind in kinds
        for number in CONTACTS
    ]


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
    arn = {"aws:SourceArn": Sub(f"arn:${{AWS::Partition}}:{SOURCES[service]}")}
    account = {"aws:SourceAccount": Ref("AWS::AccountId")}
    if service in _PUBLISHES_WITHOUT_SOURCE and action == sns_actions.Publish:
        operators = [ArnLikeIfExists(arn), StringEqualsIfExists(account)]
    elif service in _SENDS_ARN_ONLY:
        operators = [ArnLike(arn)]
    else:
        operators = [ArnLike(arn), StringEquals(account)]
    return Statement(
        Sid=f"{action.action}From{service.capitalize()}",
        Effect=Allow,
        Principal=Principal("Service", [f"{service}.amazonaws.com"]),
        Action=[action],
        Resource=[resource],
        Condition=Condition(operators),
    )
