"""AWS Config: what there is, what it was before, and where that is delivered."""

from typing import Any

from awacs import kms as kms_actions
from awacs import s3 as s3_actions
from troposphere import GetAtt, Ref, Sub, Template, config

from tidegen.blocks.policies import allow, document, trust
from tidegen.blocks.roles import add_role


def add_recorder(template: Template, path: Any) -> config.ConfigurationRecorder:
    """Recorder and delivery channel, which wait for each other: no DependsOn at all (row 6).

    Needs the parameters `AuditKeyArn`, `ConfigArchiveBucketName` and `HomeRegion`.
    """
    _add_role(template, path)
    recorder = template.add_resource(
        config.ConfigurationRecorder(
            "Recorder",
            RoleARN=GetAtt("RecorderRole", "Arn"),
            RecordingGroup=config.RecordingGroup(
                AllSupported=True, IncludeGlobalResourceTypes=Ref("HomeRegion")
            ),
            RecordingMode=config.RecordingMode(RecordingFrequency="CONTINUOUS"),
        )
    )
    daily = config.ConfigSnapshotDeliveryProperties(DeliveryFrequency="TwentyFour_Hours")
    template.add_resource(
        # No SnsTopicARN: AWS Config does not support encrypted topics (AWS docs, "Permissions for
        # the Amazon SNS Topic"). EventBridge tells the topics instead.
        config.DeliveryChannel(
            "DeliveryChannel",
            S3BucketName=Ref("ConfigArchiveBucketName"),
            S3KmsKeyArn=Ref("AuditKeyArn"),
            ConfigSnapshotDeliveryProperties=daily,
        )
    )
    return recorder


def _add_role(template: Template, path: Any) -> None:
    bucket = "arn:${AWS::Partition}:s3:::${ConfigArchiveBucketName}"
    add_role(
        template,
        "RecorderRole",
        trust("config"),
        document(
            allow("CheckBucket", [s3_actions.GetBucketAcl, s3_actions.ListBucket], [Sub(bucket)]),
            allow(
                "Deliver",
                [s3_actions.PutObject],
                [Sub(f"{bucket}/AWSLogs/${{AWS::AccountId}}/Config/*")],
            ),
            allow(
                "UseAuditKey",
                [kms_actions.GenerateDataKey, kms_actions.Decrypt],
                [Ref("AuditKeyArn")],
            ),
        ),
        "AWS Config records and delivers",
        aws_managed=("service-role/AWS_ConfigRole",),
        path=path,
    )
