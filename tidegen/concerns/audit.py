"""Who did what, what changed, what looks wrong: CloudTrail, AWS Config, GuardDuty, analyzer."""

import json
from typing import Any

from awacs import logs as log_actions
from awacs import s3 as s3_actions
from awacs import sns as sns_actions
from awacs.aws import Allow, Principal, Statement
from troposphere import (
    GetAtt,
    Ref,
    Select,
    Sub,
    Template,
    accessanalyzer,
    cloudtrail,
    config,
    events,
    guardduty,
    logs,
    sns,
)

from tidegen.blocks.inputs import PROJECT, from_field
from tidegen.blocks.policies import allow, document, tls_only, trust
from tidegen.blocks.roles import BOUNDARY, add_role
from tidegen.blocks.stateful import RETAINED
from tidegen.contract import (
    Concern,
    Context,
    Input,
    Kind,
    Output,
    Scope,
    Sibling,
    add_outputs,
    new_template,
)

_PATH = Sub("/${Project}/account/")
_TEN_YEARS = 3653  # days; the registry's retention rule accepts no other value above six years
_RULES = {
    "DefaultSecurityGroupClosed": "VPC_DEFAULT_SECURITY_GROUP_CLOSED",
    "BucketsNotPublic": "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
    "VolumesEncrypted": "ENCRYPTED_VOLUMES",
    "RootHasMfa": "ROOT_ACCOUNT_MFA_ENABLED",
    "TrailEnabled": "CLOUD_TRAIL_ENABLED",
}
_FEATURES = (
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "LAMBDA_NETWORK_LOGS",
)


def build(_context: Context) -> Template:
    """The audit template; one owner per account and region."""
    template = new_template(CONCERN)
    _add_topic(template)
    _add_trail(template)
    _add_recorder(template)
    _add_detector(template)
    template.add_resource(accessanalyzer.Analyzer("ExternalAccess", Type="ACCOUNT"))
    return add_outputs(
        template,
        CONCERN,
        FindingsTopicArn=Ref("FindingsTopic"),
        TrailArn=GetAtt("Trail", "Arn"),
        DetectorId=Ref("Detector"),
    )


def _add_topic(template: Template) -> None:
    """Findings and configuration changes, to whoever the account's file names."""
    topic = template.add_resource(
        sns.Topic("FindingsTopic", KmsMasterKeyId=Ref("AuditKeyArn"), SignatureVersion="2")
    )
    publish = Statement(
        Sid="PublishFindings",
        Effect=Allow,
        # EventBridge sends no source account to an encrypted topic.
        Principal=Principal("Service", ["events.amazonaws.com"]),
        Action=[sns_actions.Publish],
        Resource=[Ref(topic)],
    )
    template.add_resource(
        sns.TopicPolicy(
            "FindingsTopicPolicy",
            Topics=[Ref(topic)],
            PolicyDocument=document(publish, *tls_only([sns_actions.Publish], [Ref(topic)])),
        )
    )
    template.add_resource(
        sns.SubscriptionResource(
            "FindingsSubscription",
            TopicArn=Ref(topic),
            Protocol="email",
            Endpoint=Select(0, Ref("SecurityContacts")),
        )
    )


def _add_trail(template: Template) -> None:

    group = template.add_resource(
        logs.LogGroup(
            "TrailLogGroup", KmsKeyId=Ref("AuditKeyArn"), RetentionInDays=_TEN_YEARS, **RETAINED
        )
    )
    write = allow(
        "WriteTrail",
        [log_actions.CreateLogStream, log_actions.PutLogEvents],
        [GetAtt(group, "Arn")],
    )
    add_role(
        template,
        "TrailRole",
        trust("cloudtrail"),
        document(write),
        "CloudTrail writes to CloudWatch Logs",
        path=_PATH,
    )
    template.add_resource(
        cloudtrail.Trail(
            "Trail",
            CloudWatchLogsLogGroupArn=GetAtt(group, "Arn"),
            CloudWatchLogsRoleArn=GetAtt("TrailRole", "Arn"),
            AdvancedEventSelectors=_selectors(),
            EnableLogFileValidation=True,
            IncludeGlobalServiceEvents=True,
            IsLogging=True,
            IsMultiRegionTrail=Ref("HomeRegion"),
            KMSKeyId=Ref("AuditKeyArn"),
            S3BucketName=Ref("LogArchiveBucketName"),
            DependsOn="TrailRolePolicy",
        )
    )


def _selectors() -> list[cloudtrail.AdvancedEventSelector]:
    """Management events, and data events of the project's buckets, known by their prefix."""

    def selector(name: str, **fields: dict[str, Any]) -> cloudtrail.AdvancedEventSelector:
        rows = [cloudtrail.AdvancedFieldSelector(**row) for row in fields.values()]
        return cloudtrail.AdvancedEventSelector(Name=name, FieldSelectors=rows)

    prefix = Sub("arn:${AWS::Partition}:s3:::${Project}-")
    return [
        selector("management", category={"Field": "eventCategory", "Equals": ["Management"]}),
        selector(
            "objects",
            category={"Field": "eventCategory", "Equals": ["Data"]},
            type={"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            arn={"Field": "resources.ARN", "StartsWith": [prefix]},
        ),
    ]


def _add_recorder(template: Template) -> None:
    """Recorder and channel wait for each other: no DependsOn in either direction (row 6)."""
    bucket = "arn:${AWS::Partition}:s3:::${ConfigArchiveBucketName}"
    deliver = [
        allow("CheckBucket", [s3_actions.GetBucketAcl, s3_actions.ListBucket], [Sub(bucket)]),
        allow("Deliver", [s3_actions.PutObject], [Sub(f"{bucket}/AWSLogs/${{AWS::AccountId}}/*")]),
    ]
    add_role(
        template,
        "RecorderRole",
        trust("config"),
        document(*deliver),
        "AWS Config records and delivers",
        aws_managed=("service-role/AWS_ConfigRole",),
        path=_PATH,
    )
    template.add_resource(
        config.ConfigurationRecorder(
            "Recorder",
            RoleARN=GetAtt("RecorderRole", "Arn"),
            RecordingGroup=config.RecordingGroup(
                AllSupported=True, IncludeGlobalResourceTypes=Ref("HomeRegion")
            ),
        )
    )
    template.add_resource(
        config.DeliveryChannel(
            "DeliveryChannel",
            S3BucketName=Ref("ConfigArchiveBucketName"),
            S3KmsKeyArn=Ref("AuditKeyArn"),
        )
    )
    for title, identifier in _RULES.items():
        template.add_resource(
            config.ConfigRule(
                title,
                Source=config.Source(Owner="AWS", SourceIdentifier=identifier),
                DependsOn="Recorder",
            )
        )
    # Config cannot notify an encrypted topic itself; EventBridge can.
    _add_rule(
        template,
        "ConfigurationChanges",
        {"source": ["aws.config"], "detail-type": ["Config Rules Compliance Change"]},
    )


def _add_detector(template: Template) -> None:
    features = [guardduty.CFNFeatureConfiguration(Name=f, Status="ENABLED") for f in _FEATURES]
    template.add_resource(
        guardduty.Detector(
            "Detector",
            Enable=True,
            FindingPublishingFrequency="FIFTEEN_MINUTES",
            Features=features,
        )
    )
    _add_rule(
        template,
        "Findings",
        {"source": ["aws.guardduty"], "detail": {"severity": [{"numeric": [">=", 4]}]}},
    )


def _add_rule(template: Template, title: str, pattern: dict[str, object]) -> None:
    target = events.Target(Id="topic", Arn=Ref("FindingsTopic"))
    template.add_resource(
        events.Rule(
            f"{title}Rule",
            Description=f"{title} go to the topic: {json.dumps(sorted(pattern))}",
            EventPattern=pattern,
            State="ENABLED",
            Targets=[target],
        )
    )


def _from_archive(name: str, kind: Kind, description: str) -> Input:
    return Input(name, kind, Sibling(name), description)


CONCERN = Concern(
    name="audit",
    scopes=(Scope.ACCOUNT,),
    purpose="CloudTrail, AWS Config, GuardDuty and Access Analyzer of an account and region.",
    build=build,
    inputs=(
        PROJECT,
        BOUNDARY,
        from_field("HomeRegion", "home_region"),
        from_field("SecurityContacts", "contacts.security"),
        _from_archive("AuditKeyArn", Kind.KEY_ARN, "Key of trail, findings and archives"),
        _from_archive("LogArchiveBucketName", Kind.BUCKET_NAME, "Bucket of the trail"),
        _from_archive("ConfigArchiveBucketName", Kind.BUCKET_NAME, "Bucket of AWS Config"),
    ),
    outputs=(
        Output("FindingsTopicArn", Kind.TOPIC_ARN, "Topic of findings", surface=True),
        Output("TrailArn", Kind.ARN, "The trail", surface=True),
        Output("DetectorId", Kind.STRING, "The detector", surface=True),
    ),
    stateful=("TrailLogGroup",),
)
