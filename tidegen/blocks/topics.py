"""Topics, their policies and subscriptions, and the queue of undelivered notifications."""

from collections.abc import Iterable
from typing import Any

from awacs import sns as sns_actions
from awacs import sqs as sqs_actions
from awacs.aws import (
    Action,
    ArnLike,
    ArnLikeIfExists,
    Condition,
    Statement,
    StringEquals,
    StringEqualsIfExists,
)
from troposphere import GetAtt, Ref, Sub, Template, sns, sqs

from tidegen.blocks.alarms import add_alarm
from tidegen.blocks.conditions import add_condition_if_set
from tidegen.blocks.inputs import MESSAGING_KEY, from_field
from tidegen.blocks.policies import allow, arn, document, service_principal, tls_only
from tidegen.blocks.stateful import RETAINED
from tidegen.contract import CONTACTS, Input

#: Services that may publish or send, and the source that each one names: alarms and topics of the
#: same root, `@`; rules have names that are cut short, and SES has no names of ours.
SOURCES = {
    "cloudwatch": "cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:@-*",
    "events": "events:${AWS::Region}:${AWS::AccountId}:rule/${Project}-*",
    "ses": "ses:${AWS::Region}:${AWS::AccountId}:configuration-set/*",
    "sns": "sns:${AWS::Region}:${AWS::AccountId}:@-*",
}
#: Beginning of the names that CloudFormation gives to an environment's alarms and topics.
ENVIRONMENT_ROOT = "${Project}-${Environment}"
#: EventBridge does not always send a source when it publishes to a topic: a condition that requires
#: one would stop every event; one that reads it where it is sent stops other accounts' rules.
#: Source: EventBridge guide, "Using resource-based policies", SNS permissions, and "Using IAM
#: policy conditions" (both keys may be null).
_PUBLISHES_WITHOUT_SOURCE = ("events",)
#: Services that send an ARN, which contains the account, and by their guides no separate account.
#: Sources: EventBridge guide, "Dead-letter queues"; SNS guide, "Dead-letter queues".
_SENDS_ARN_ONLY = ("events", "sns")
_FOURTEEN_DAYS = 1_209_600  # seconds, the longest that SQS keeps a message


def add_topic(
    template: Template,
    title: str,
    display: str,
    publishers: Iterable[str],
    contact: str | None = None,
    *,
    key: Input = MESSAGING_KEY,
    root: str = ENVIRONMENT_ROOT,
) -> sns.Topic:
    """Add a topic encrypted with `key`, its policy and its subscriptions.

    Alarms publish whose names begin with the name of the `root` stack, text for Fn::Sub.

    `display` is text for Fn::Sub. `contact` is the prefix of the addresses' parameters (see
    `contact_inputs`); without it the topic has no subscription. Each subscription waits for a
    person to confirm it (failure subscription-unconfirmed); `tidegen preflight` lists the
    unconfirmed ones.
    """
    topic = template.add_resource(
        sns.Topic(
            title,
            DisplayName=Sub(display),
            KmsMasterKeyId=Ref(key.name),
            SignatureVersion="2",  # SHA-256; version 1 signs with SHA-1
        )
    )
    statements = [
        _allow_service(sns_actions.Publish, service, Ref(topic), root)
        for service in sorted(publishers)
    ]
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
    """Add the subscription of the `number`-th address; all after the first are optional."""
    address = Ref(f"{contact}{number}")
    condition = {"Condition": f"Has{contact}{number}"} if number > 1 else {}
    for name in condition.values():
        add_condition_if_set(template, name, f"{contact}{number}")
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
    """Return the inputs that `add_topic` reads, for lists of contacts like `critical`."""
    return [
        from_field(f"{kind.capitalize()}Contact{number}", f"contacts.{kind}_{number}")
        for kind in kinds
        for number in CONTACTS
    ]


def add_dead_letter_queue(
    template: Template, *, key: Input = MESSAGING_KEY, root: str = ENVIRONMENT_ROOT
) -> sqs.Queue:
    """Add `DeadLetterQueue` and its policy, for undelivered events of SNS and EventBridge."""
    queue = template.add_resource(
        sqs.Queue(
            "DeadLetterQueue",
            KmsMasterKeyId=Ref(key.name),
            MessageRetentionPeriod=_FOURTEEN_DAYS,
            # No SQS queue may use this one for its dead letters; SNS and EventBridge still may.
            RedriveAllowPolicy={"redrivePermission": "denyAll"},
            **RETAINED,
        )
    )
    queue_arn = GetAtt(queue, "Arn")
    template.add_resource(
        sqs.QueuePolicy(
            "DeadLetterQueuePolicy",
            Queues=[Ref(queue)],
            PolicyDocument=document(
                _allow_service(sqs_actions.SendMessage, "events", queue_arn, root),
                _allow_service(sqs_actions.SendMessage, "sns", queue_arn, root),
                *tls_only([Action("sqs", "*")], [queue_arn]),
            ),
        )
    )
    return queue


def add_dead_letter_alarm(template: Template, topic: str) -> None:
    """Add an alarm to the topic with the logical id `topic` for any message in the queue."""
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


def _allow_service(action: Action, service: str, resource: Any, root: str) -> Statement:
    """Allow one service of this account, for its own kind of source only (confused deputy)."""
    source = {"aws:SourceArn": arn(SOURCES[service].replace("@", root))}
    account = {"aws:SourceAccount": Ref("AWS::AccountId")}
    if service in _PUBLISHES_WITHOUT_SOURCE and action == sns_actions.Publish:
        operators = [ArnLikeIfExists(source), StringEqualsIfExists(account)]
    elif service in _SENDS_ARN_ONLY:
        operators = [ArnLike(source)]
    else:
        operators = [ArnLike(source), StringEquals(account)]
    sid = f"{action.action}From{service.capitalize()}"
    principal = service_principal(service)
    return allow(sid, [action], [resource], Condition(operators), principal=principal)
