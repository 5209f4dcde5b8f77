"""What happens to mails: told to people and programs, counted, and kept.

An event of SES holds the addresses, of patients too (HIPAA): it goes to the archive, and to a topic
for programs that no person reads by mail. People get the number of the mail, to look it up.

The archive goes by way of EventBridge, which can write to a log group: what became of a mail can
be asked there for as long as it is kept, and no stream has to be run for it.
"""

import json

from awacs import logs as actions
from awacs.aws import Allow, ArnLike, Condition, Principal, Statement
from troposphere import Ref, Sub, Template, encode_to_dict, events, logs, ses

from tidegen.blocks.event_rules import add_event_rule
from tidegen.blocks.logs import TEN_YEARS, add_log_group
from tidegen.blocks.policies import document

_PROBLEMS = ["BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE"]
#: The same, as EventBridge calls them. Source: EventBridge reference, "Amazon SES events".
_PROBLEM_EVENTS = [
    "Email Bounced",
    "Email Complaint Received",
    "Email Rejected",
    "Email Rendering Failed",
]
_ALL = ["SEND", "DELIVERY", "DELIVERY_DELAY", *_PROBLEMS]
_BUS = Sub("arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default")
#: EventBridge writes only to groups below this prefix.
_GROUP = "/aws/events/${Project}/${Environment}/mail"


def add_event_destinations(template: Template, title: str, configuration_set: Ref) -> None:
    """Destinations of one configuration set: `<title>Problems`, `Counts` and `Archive`."""
    for suffix, kinds, destination in (
        ("Problems", _PROBLEMS, {"SnsDestination": _topic()}),
        ("Counts", _ALL, {"CloudWatchDestination": _metrics()}),
        ("Archive", _ALL, {"EventBridgeDestination": ses.EventBridgeDestination(EventBusArn=_BUS)}),
    ):
        template.add_resource(
            ses.ConfigurationSetEventDestination(
                f"{title}{suffix}",
                ConfigurationSetName=configuration_set,
                EventDestination=ses.EventDestination(
                    Enabled=True, MatchingEventTypes=kinds, **destination
                ),
            )
        )


def add_problem_rule(template: Template, title: str, configuration_set: str) -> None:
    """Tell people that a mail of the set with this logical id went wrong, and not whose it was.

    Needs the parameters `WarningTopicArn` and `DeadLetterQueueArn`.
    """
    own = {"mail": {"tags": {"ses:configuration-set": [Ref(configuration_set)]}}}
    add_event_rule(
        template,
        f"{title}ProblemsRule",
        f"{title} mail that did not arrive, or that somebody complained of",
        {"source": ["aws.ses"], "detail-type": _PROBLEM_EVENTS, "detail": own},
        "WarningTopicArn",
        f"<type>: message <message> of ${{{configuration_set}}}. See the mail archive.",
        {"type": "$.detail-type", "message": "$.detail.mail.messageId"},
        dead_letters=Ref("DeadLetterQueueArn"),
    )


def _topic() -> ses.SnsDestination:
    return ses.SnsDestination(TopicARN=Ref("EmailEventsTopicArn"))


def _metrics() -> ses.CloudWatchDestination:
    by_set = ses.DimensionConfiguration(
        DimensionName="ses:configuration-set",
        DimensionValueSource="messageTag",
        DefaultDimensionValue="none",
    )
    return ses.CloudWatchDestination(DimensionConfigurations=[by_set])


def add_mail_archive(template: Template, configuration_sets: list[Ref]) -> logs.LogGroup:
    """The group `MailArchive` and the rule that fills it from the sets' events.

    Needs the parameters `LogsKeyArn` and `DeadLetterQueueArn`.
    """
    group = add_log_group(template, "MailArchive", Sub(_GROUP), TEN_YEARS)
    target = events.Target(
        Id="Archive",
        Arn=Sub(
            f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{_GROUP}"
        ),
        DeadLetterConfig=events.DeadLetterConfig(Arn=Ref("DeadLetterQueueArn")),
        RetryPolicy=events.RetryPolicy(MaximumEventAgeInSeconds=3600, MaximumRetryAttempts=24),
    )
    own = {"mail": {"tags": {"ses:configuration-set": configuration_sets}}}
    template.add_resource(
        events.Rule(
            "MailArchiveRule",
            Description="What happened to every mail of this environment",
            EventPattern={"source": ["aws.ses"], "detail": own},
            State="ENABLED",
            Targets=[target],
            # Without the policy the first events would be lost.
            DependsOn=["MailArchivePolicy"],
        )
    )
    _add_resource_policy(template, group)
    return group


def _add_resource_policy(template: Template, group: logs.LogGroup) -> None:
    """EventBridge takes no role for log groups. An account and region may have ten such policies.

    Source: AWS docs, "Using resource-based policies for Amazon EventBridge", CloudWatch Logs; it
    limits the writing of events by rule, and the creating of streams not at all.
    """
    services = Principal("Service", ["events.amazonaws.com", "delivery.logs.amazonaws.com"])
    arn = f"${{{group.title}.Arn}}"
    rules = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/*"
    policy = document(
        Statement(
            Sid="CreateStreams",
            Effect=Allow,
            Principal=services,
            Action=[actions.CreateLogStream],
            Resource=[arn],
        ),
        Statement(
            Sid="WriteEvents",
            Effect=Allow,
            Principal=services,
            Action=[actions.PutLogEvents],
            Resource=[arn],
            Condition=Condition(ArnLike({"aws:SourceArn": rules})),
        ),
    )
    template.add_resource(
        logs.ResourcePolicy(
            "MailArchivePolicy",
            # The service knows it by its name.
            PolicyName=Sub("${Project}-${Environment}-mail"),
            PolicyDocument=Sub(json.dumps(encode_to_dict(policy), sort_keys=True)),
        )
    )
