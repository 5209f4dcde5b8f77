"""Notification topics, the rules that publish to them, and the relay of log events."""

from pathlib import Path

from troposphere import GetAtt, Ref, Template

from tidegen.blocks import inputs
from tidegen.blocks.event_rules import add_event_rule
from tidegen.blocks.functions import FUNCTION_EXTRAS, NETWORK_INPUTS
from tidegen.blocks.keys import uses_of
from tidegen.blocks.roles import BOUNDARY
from tidegen.blocks.topics import (
    add_dead_letter_alarm,
    add_dead_letter_queue,
    add_topic,
    contact_inputs,
)
from tidegen.concerns.notifications.health_rules import add_health_rules
from tidegen.concerns.notifications.relay import add_relay
from tidegen.contract import PLATFORM, Asset, Concern, Context, Kind, Output

#: Logical id → display name, publishers, and parameter prefix of its contacts. Events of SES
#: contain patients' addresses, which must not be mailed: that topic is for programs.
TOPICS: dict[str, tuple[str, tuple[str, ...], str | None]] = {
    "CriticalTopic": ("critical", ("cloudwatch", "events"), "CriticalContact"),
    "WarningTopic": ("warning", ("cloudwatch", "events"), "WarningContact"),
    "SecurityTopic": ("security", ("cloudwatch", "events"), "SecurityContact"),
    "BackupTopic": ("backup", ("cloudwatch", "events"), "WarningContact"),
    "EmailEventsTopic": ("email events", ("ses",), None),
}
#: Calls that change access to a cluster or its logging.
_CLUSTER_CALLS = [
    "AssociateAccessPolicy",
    "AssociateIdentityProviderConfig",
    "CreateAccessEntry",
    "CreatePodIdentityAssociation",
    "DeleteAccessEntry",
    "DeleteAddon",
    "DeleteCluster",
    "DeleteNodegroup",
    "DisassociateAccessPolicy",
    "UpdateAccessEntry",
    "UpdateClusterConfig",
    "UpdatePodIdentityAssociation",
]
_DISPLAY = "${Project} ${Environment} "
_RELAY = Path(__file__).parent / "relay_code"


def add_resources(template: Template, context: Context) -> None:
    """Add the topics, the rules that publish to them, and the relay."""
    add_dead_letter_queue(template)
    for title, (display, publishers, contact) in TOPICS.items():
        add_topic(template, title, _DISPLAY + display, publishers, contact)
    _add_backup_rules(template)
    add_health_rules(template)
    _add_compute_rules(template)
    add_relay(template, context, "WarningTopic")
    add_dead_letter_alarm(template, "WarningTopic")


def _add_backup_rules(template: Template) -> None:
    """Add rules for backups, copies and restores that did not complete.

    Source: AWS docs, "Monitoring AWS Backup events using EventBridge" (a restore has a status,
    the others a state).
    """
    failed = ["ABORTED", "EXPIRED", "FAILED", "PARTIAL"]
    kinds = ["Backup Job State Change", "Copy Job State Change"]
    for title, detail_types, key in (
        ("BackupFailed", kinds, "state"),
        ("RestoreFailed", ["Restore Job State Change"], "status"),
    ):
        add_event_rule(
            template,
            title,
            "Jobs of AWS Backup that did not complete",
            {"source": ["aws.backup"], "detail-type": detail_types, "detail": {key: failed}},
            "BackupTopic",
            "<type>: <state>. Look at the job in AWS Backup.",
            {"type": "$.detail-type", "state": f"$.detail.{key}"},
        )


def _add_compute_rules(template: Template) -> None:
    """Add rules for instances that do not start or stop, and for changes of access to a cluster.

    The names of groups and clusters are not known yet (their stacks are created later), so that
    two environments in one account receive each other's events.
    """
    failures = ["EC2 Instance Launch Unsuccessful", "EC2 Instance Terminate Unsuccessful"]
    add_event_rule(
        template,
        "ScalingFailed",
        "Auto Scaling could not launch or terminate an instance",
        {"source": ["aws.autoscaling"], "detail-type": failures},
        "CriticalTopic",
        "<type> in group <group>. Look at the group's activity history.",
        {"type": "$.detail-type", "group": "$.detail.AutoScalingGroupName"},
    )
    add_event_rule(
        template,
        "ClusterChanged",
        "Changes of access to an EKS cluster or of its logging, as recorded by CloudTrail",
        {
            "source": ["aws.eks"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {"eventName": _CLUSTER_CALLS},
        },
        "SecurityTopic",
        "EKS: <call> by <who>. Find the call in CloudTrail if it was not a deployment.",
        {"call": "$.detail.eventName", "who": "$.detail.userIdentity.arn"},
    )


CONCERN = Concern(
    scopes=PLATFORM,
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        inputs.MESSAGING_KEY,
        inputs.LOGS_KEY,
        BOUNDARY,
        inputs.ARTIFACTS_BUCKET,
        *NETWORK_INPUTS,
        *contact_inputs("critical", "warning", "security"),
    ),
    outputs=(
        Output(
            "CriticalTopicArn",
            Kind.TOPIC_ARN,
            Ref("CriticalTopic"),
            "Topic that pages somebody",
            surface=True,
        ),
        Output(
            "WarningTopicArn",
            Kind.TOPIC_ARN,
            Ref("WarningTopic"),
            "Topic of warnings",
            surface=True,
        ),
        Output(
            "SecurityTopicArn",
            Kind.TOPIC_ARN,
            Ref("SecurityTopic"),
            "Topic of security findings",
            surface=True,
        ),
        Output(
            "BackupTopicArn",
            Kind.TOPIC_ARN,
            Ref("BackupTopic"),
            "Topic of backup results",
            surface=True,
        ),
        Output(
            "EmailEventsTopicArn",
            Kind.TOPIC_ARN,
            Ref("EmailEventsTopic"),
            "Topic of bounces and complaints, for programs",
            surface=True,
        ),
        # No concern of shared services uses it: they send no mail.
        Output(
            "DeadLetterQueueArn",
            Kind.QUEUE_ARN,
            GetAtt("DeadLetterQueue", "Arn"),
            "Queue of undelivered messages",
            surface=True,
        ),
        Output(
            "RelayFunctionArn",
            Kind.ARN,
            GetAtt("Relay", "Arn"),
            "Function that relays log events to people",
        ),
        Output("RelayFunctionName", Kind.NAME, Ref("Relay"), "Name of the relay function"),
    ),
    key_uses=uses_of("messaging", "cloudwatch", "events", "ses", "sns"),
    extra_deploy_actions=FUNCTION_EXTRAS,
    assets=(Asset("relay", _RELAY),),
)
