"""Log events that the relay could not handle: unredacted, so for few people and few days."""

from awacs import sqs as actions
from awacs.aws import Action, ArnNotLike, Condition
from troposphere import GetAtt, Ref, Template, sqs

from tidegen.blocks.alarms import add_alarm
from tidegen.blocks.policies import deny_everybody, document, tls_only
from tidegen.blocks.roles import BREAK_GLASS
from tidegen.blocks.stateful import RETAINED

TITLE = "RelayDeadLetterQueue"
#: The events themselves stay in their log group; these copies only help to find the failure.
_FOUR_DAYS = 345_600  # seconds: over a long weekend
_ALARMS = (
    (
        "RelayDeadLetters",
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        (
            "The relay could not handle log events. Read its log group for the reason, and the "
            "applications' log group for the events; the queue keeps copies four days, for "
            "break-glass roles."
        ),
    ),
    (
        "RelayEventsDropped",
        "AWS/Lambda",
        "AsyncEventsDropped",
        "Lambda dropped log events: the relay was too slow, or they were too old.",
    ),
    (
        "RelayDeadLetterErrors",
        "AWS/Lambda",
        "DeadLetterErrors",
        "Lambda could not put log events into the dead-letter queue; check the relay's role.",
    ),
)


def add_relay_queue(template: Template) -> sqs.Queue:
    """Add the queue and its policy: only break-glass roles may read the unredacted lines."""
    queue = template.add_resource(
        sqs.Queue(
            TITLE,
            KmsMasterKeyId=Ref("MessagingKeyArn"),
            MessageRetentionPeriod=_FOUR_DAYS,
            RedriveAllowPolicy={"redrivePermission": "denyAll"},
            **RETAINED,
        )
    )
    arn = GetAtt(queue, "Arn")
    others = Condition(ArnNotLike({"aws:PrincipalArn": [BREAK_GLASS]}))
    reading = deny_everybody("ReadByBreakGlassOnly", [actions.ReceiveMessage], [arn], others)
    template.add_resource(
        sqs.QueuePolicy(
            f"{TITLE}Policy",
            Queues=[Ref(queue)],
            PolicyDocument=document(reading, *tls_only([Action("sqs", "*")], [arn])),
        )
    )
    return queue


def add_relay_alarms(template: Template, function: Ref) -> None:
    """Add alarms for log events that the relay or Lambda lost or could not handle."""
    for title, namespace, metric, description in _ALARMS:
        dimensions = {
            "AWS/SQS": {"QueueName": GetAtt(TITLE, "QueueName")},
            "AWS/Lambda": {"FunctionName": function},
        }
        add_alarm(
            template,
            title,
            description,
            (namespace, metric),
            dimensions[namespace],
            ("GreaterThanThreshold", 0),
            topic="WarningTopic",
            statistic="Maximum" if namespace == "AWS/SQS" else "Sum",
        )
