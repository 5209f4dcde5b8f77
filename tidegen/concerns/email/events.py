"""Events of mails: reported to people and programs, counted, and archived.

An event of SES contains addresses, of patients too (HIPAA): it is sent to the archive, and to a
topic for programs, to which no person subscribes by mail. People get the mail's id, to look it up.

Events reach the archive through EventBridge, which can write to a log group: the fate of a mail can
be queried there for as long as it is kept, without running a stream.
"""

import json

from awacs import logs as actions
from awacs.aws import ArnLike, Condition
from troposphere import Ref, Sub, Template, encode_to_dict, events, logs, ses

from tidegen.blocks.event_rules import add_event_rule, rule_target
from tidegen.blocks.inputs import DEAD_LETTERS, LOGS_KEY, WARNING_TOPIC, sibling
from tidegen.blocks.logs import TEN_YEARS, add_log_group
from tidegen.blocks.policies import allow, arn, document, service_principal
from tidegen.contract import Input, Kind

_PROBLEMS = ["BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE"]
#: The same, as EventBridge calls them. Source: EventBridge reference, "Amazon SES events".
_PROBLEM_EVENTS = [
    "Email Bounced",
    "Email Complaint Received",
    "Email Rejected",
    "Email Rendering Failed",
]
_ALL = ["SEND", "DELIVERY", "DELIVERY_DELAY", *_PROBLEMS]
_BUS = arn("events:${AWS::Region}:${AWS::AccountId}:event-bus/default")
#: EventBridge writes only to groups below this prefix.
_GROUP = "/aws/events/${Project}/${Environment}/mail"
EVENTS_TOPIC = sibling(
    "EmailEventsTopicArn", Kind.TOPIC_ARN, "Topic of bounces and complaints, for programs"
)


def add_event_destinations(
    template: Template, title: str, configuration_set: Ref, topic: Input = EVENTS_TOPIC
) -> None:
    """Add the destinations of one configuration set: `<title>Problems`, `Counts`, `Archive`."""
    for suffix, kinds, destination in (
        ("Problems", _PROBLEMS, {"SnsDestination": ses.SnsDestination(TopicARN=Ref(topic.name))}),
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


def add_problem_rule(
    template: Template,
    title: str,
    configuration_set: str,
    *,
    topic: Input = WARNING_TOPIC,
    dead_letters: Input = DEAD_LETTERS,
) -> None:
    """Add the rule that notifies people of a problem with a mail, without its addresses.

    `configuration_set` is the logical id of the mails' configuration set.
    """
    own = {"mail": {"tags": {"ses:configuration-set": [Ref(configuration_set)]}}}
    add_event_rule(
        template,
        f"{title}ProblemsRule",
        f"{title} mail that did not arrive, or that a receiver complained about",
        {"source": ["aws.ses"], "detail-type": _PROBLEM_EVENTS, "detail": own},
        topic.name,
        f"<type>: message <message> of ${{{configuration_set}}}. See the mail archive.",
        {"type": "$.detail-type", "message": "$.detail.mail.messageId"},
        dead_letters=Ref(dead_letters.name),
    )


def _metrics() -> ses.CloudWatchDestination:
    by_set = ses.DimensionConfiguration(
        DimensionName="ses:configuration-set",
        DimensionValueSource="messageTag",
        DefaultDimensionValue="none",
    )
    return ses.CloudWatchDestination(DimensionConfigurations=[by_set])


def add_mail_archive(
    template: Template,
    configuration_sets: list[Ref],
    *,
    key: Input = LOGS_KEY,
    dead_letters: Input = DEAD_LETTERS,
) -> logs.LogGroup:
    """Add the group `MailArchive` and the rule that fills it from the sets' events."""
    group = add_log_group(template, "MailArchive", Sub(_GROUP), TEN_YEARS, key=key)
    group_arn = arn(f"logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{_GROUP}")
    target = rule_target("Archive", group_arn, Ref(dead_letters.name))
    own = {"mail": {"tags": {"ses:configuration-set": configuration_sets}}}
    template.add_resource(
        events.Rule(
            "MailArchiveRule",
            Description="Events of every mail of this environment",
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
    """Add the policy that lets EventBridge write to the group, for which it assumes no role.

    An account and region may have ten such policies. Source: AWS docs, "Using resource-based
    policies for Amazon EventBridge", CloudWatch Logs; it limits the writing of events by rule, and
    does not limit the creation of streams.
    """
    services = service_principal("events", "delivery.logs")
    own = [f"${{{group.title}.Arn}}"]
    rules = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/*"
    by_rules = Condition(ArnLike({"aws:SourceArn": rules}))
    policy = document(
        allow("CreateStreams", [actions.CreateLogStream], own, principal=services),
        allow("WriteEvents", [actions.PutLogEvents], own, by_rules, principal=services),
    )
    template.add_resource(
        logs.ResourcePolicy(
            "MailArchivePolicy",
            # The service identifies it by its name.
            PolicyName=Sub("${Project}-${Environment}-mail"),
            PolicyDocument=Sub(json.dumps(encode_to_dict(policy), sort_keys=True)),
        )
    )
