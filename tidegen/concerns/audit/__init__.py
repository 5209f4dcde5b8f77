"""CloudTrail, AWS Config, GuardDuty and Access Analyzer of an account and region."""

from troposphere import Equals, Ref, Sub, Template

from tidegen.blocks import inputs
from tidegen.blocks.event_rules import add_event_rule
from tidegen.blocks.roles import BOUNDARY
from tidegen.blocks.topics import (
    add_dead_letter_alarm,
    add_dead_letter_queue,
    add_topic,
    contact_inputs,
)
from tidegen.blocks.trail import AUDIT_KEY, LOG_ARCHIVE, add_trail
from tidegen.concerns.audit.cis_filters import add_cis_filters
from tidegen.concerns.audit.config_rules import add_config_rules
from tidegen.concerns.audit.copies import COPY_INPUTS, add_replication_alarms
from tidegen.concerns.audit.detector import add_analyzer, add_detector
from tidegen.concerns.audit.recorder import HOME_REGION, LOG_INTAKE, add_recorder
from tidegen.contract import Concern, Context, Kind, Output, Scope

_PATH = Sub("/${Project}/account/")
_HOME = "IsHomeRegion"
_FINDINGS = "FindingsTopic"
_CHANGES = "ChangesTopic"


#: Types of users and guards, which no deploy of an environment changes and the CIS list does not
#: watch. AWS Config guide, "Supported resource types".
_GUARDS = [
    "AWS::GuardDuty::Detector",
    "AWS::IAM::Group",
    "AWS::IAM::User",
    "AWS::S3::AccountPublicAccessBlock",
]


def add_resources(template: Template, _context: Context) -> None:
    """Add the account's audit; one owner per account and region."""
    template.add_condition(_HOME, Equals(Ref(HOME_REGION.name), "true"))
    _add_topics(template)
    group = add_trail(template, _PATH, _HOME)
    add_cis_filters(template, group.title, _FINDINGS, _HOME)
    recorder = add_recorder(template)
    add_replication_alarms(template, _FINDINGS)
    add_config_rules(template, recorder.title, _HOME)
    _add_configuration_rules(template)
    add_detector(template)
    add_analyzer(template)
    _add_finding_rules(template)


def _add_topics(template: Template) -> None:
    """Add the topics: findings for people; every change, of which there are many, for machines."""
    account = "${Project} ${AWS::Region} "
    root = "${Project}-account"
    add_dead_letter_queue(template, key=AUDIT_KEY, root=root)
    add_topic(
        template,
        _FINDINGS,
        f"{account}findings",
        ("cloudwatch", "events"),
        "SecurityContact",
        key=AUDIT_KEY,
        root=root,
    )
    add_topic(template, _CHANGES, f"{account}changes", ("events",), key=AUDIT_KEY, root=root)
    add_dead_letter_alarm(template, _FINDINGS)


def _add_configuration_rules(template: Template) -> None:
    """Add rules on AWS Config. Source: AWS docs, "Monitoring AWS Config with EventBridge"."""
    add_event_rule(
        template,
        "NotCompliant",
        "A resource no longer complies with a rule of AWS Config",
        {
            "source": ["aws.config"],
            "detail-type": ["Config Rules Compliance Change"],
            "detail": {"newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]}},
        },
        _FINDINGS,
        "AWS Config: <resource> (<type>) does not comply with the rule <rule>.",
        {
            "resource": "$.detail.resourceId",
            "type": "$.detail.resourceType",
            "rule": "$.detail.configRuleName",
        },
    )
    item, change = "$.detail.configurationItem", "$.detail.configurationItemDiff.changeType"
    changed = {"resource": f"{item}.resourceId", "type": f"{item}.resourceType", "change": change}
    pattern = {"source": ["aws.config"], "detail-type": ["Config Configuration Item Change"]}
    sentence = "AWS Config: <change> of <resource> (<type>)."
    add_event_rule(
        template,
        "GuardChanged",
        "A resource that no deploy of an environment touches was created, changed or deleted",
        {**pattern, "detail": {"configurationItem": {"resourceType": _GUARDS}}},
        _FINDINGS,
        sentence,
        changed,
    )
    add_event_rule(
        template,
        "Changed",
        "A resource was created, changed or deleted, as AWS Config recorded it",
        pattern,
        _CHANGES,
        sentence,
        changed,
    )


def _add_finding_rules(template: Template) -> None:
    """Add rules on findings of medium severity and above; GuardDuty archives the rest, no mail."""
    add_event_rule(
        template,
        "UnusualCalls",
        "CloudTrail recorded calls, or refused calls, at an unusual rate",
        {
            "detail-type": ["AWS Insight via CloudTrail"],
            "detail": {"insightDetails": {"state": ["Start"]}},
        },
        _FINDINGS,
        "CloudTrail Insights: <kind> of <call> (<service>) is not as usual.",
        {
            "kind": "$.detail.insightDetails.insightType",
            "call": "$.detail.insightDetails.eventName",
            "service": "$.detail.insightDetails.eventSource",
        },
    )
    add_event_rule(
        template,
        "ThreatFound",
        "A finding of GuardDuty with severity 4 (medium) or more",
        {
            "source": ["aws.guardduty"],
            "detail-type": ["GuardDuty Finding"],
            "detail": {"severity": [{"numeric": [">=", 4]}]},
        },
        _FINDINGS,
        "GuardDuty: <finding>, severity <severity>. Look at finding <id>.",
        {
            "finding": "$.detail.type",
            "severity": "$.detail.severity",
            "id": "$.detail.id",
        },
    )
    add_event_rule(
        template,
        "ExternalAccessFound",
        "Access Analyzer found a resource that can be accessed from outside the account",
        {
            "source": ["aws.access-analyzer"],
            "detail-type": ["Access Analyzer Finding"],
            "detail": {"status": ["ACTIVE"]},
        },
        _FINDINGS,
        "Access Analyzer: <resource> (<type>) can be reached from outside. Look at finding <id>.",
        {"resource": "$.detail.resource", "type": "$.detail.resourceType", "id": "$.detail.id"},
    )


CONCERN = Concern(
    scopes=(Scope.ACCOUNT,),
    add_resources=add_resources,
    inputs=(
        inputs.PROJECT,
        BOUNDARY,
        inputs.OIDC_PROVIDER,
        HOME_REGION,
        *contact_inputs("security"),
        AUDIT_KEY,
        LOG_ARCHIVE,
        LOG_INTAKE,
        *COPY_INPUTS,
    ),
    outputs=(
        Output(
            "FindingsTopicArn", Kind.TOPIC_ARN, Ref(_FINDINGS), "Topic of findings", surface=True
        ),
        Output(
            "ChangesTopicArn",
            Kind.TOPIC_ARN,
            Ref(_CHANGES),
            "Topic of every recorded change",
            surface=True,
        ),
        Output("DetectorId", Kind.STRING, Ref("Detector"), "The detector", surface=True),
    ),
)
