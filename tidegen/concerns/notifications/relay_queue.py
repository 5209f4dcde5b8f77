"""Log events that the relay could not handle: as they were logged, so for few eyes and few days."""

from awacs import sqs as actions
from awacs.aws import Action, ArnNotLike, Condition
from troposphere import GetAtt, Ref, Template, sqs

from tidegen.blocks.alarms import add_alarm
from tidegen.blocks.policies import deny_everybody, document, tls_only
from tidegen.blocks.roles import BREAK_GLASS
from tidegen.blocks.stateful import RETAINED

TITLE = "RelayDeadLetterQueue"
#: The events themselves stay in their log group; here they are only for finding out what failed.
_FOUR_DAYS = 345_600  # seconds: over a long weekend
_ALARMS = (
    (
        "RelayDeadLetters",
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        (
            "The relay gave up on log events. Its log group says why, the applications' what they "
            "said; the queue keeps them four days, for break-glass roles."
        ),
    ),
    (
        "RelayEventsDropped",
        "AWS/Lambda",
        "AsyncEventsDropped",
        "Lambda dropped log events that the relay was too slow for, or that were too old.",
    ),
    (
        "RelayDeadLetterErrors",
        "AWS/Lambda",
        "DeadLetterErrors",
        "Lambda could not put log events into the dead-letter queue; see the relay's role.",
    ),
)


def add_relay_queue(template: Template) -> sqs.Queue:
    """The queue and its policy: it holds unredacted lines, which nobody reads day to day."""
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
    """Whatever of the log events gets lost on the way, or nearly so."""
    for title, space, metric, meaning in _ALARMS:
        dimensions = {
            "AWS/SQS": {"QueueName": GetAtt(TITLE, "QueueName")},
            "AWS/Lambda": {"FunctionName": function},
        }
        add_alarm(
            template,
            title,
            meaning,
            (space, metric),
            dimensions[space],
            ("GreaterThanThreshold", 0),
            topic="WarningTopic",
            statistic="Maximum" if space == "AWS/SQS" else "Sum",
        )
