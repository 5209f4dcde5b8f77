"""AWS Config: what there is, what it was before, and where that is delivered."""

from troposphere import Ref, Sub, Template, config

#: Config's service-linked role, which AWS keeps up with what Config can record: it reads every
#: service and puts evaluations (PutConfigRule is refused where the recorder's role may not), which
#: no role below the boundary may. What is recorded is the recording group's to say. Config
#: delivers as the service with it, so the archive's and the key's policies say where to.
_ROLE = Sub(
    "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/config.amazonaws.com/"
    "AWSServiceRoleForConfig"
)


def add_recorder(template: Template) -> config.ConfigurationRecorder:
    """Recorder and delivery channel, which wait for each other (failure recorder-channel-order).

    Needs the parameters `AuditKeyArn`, `LogIntakeBucketName` and `HomeRegion`.
    """
    recorder = template.add_resource(
        config.ConfigurationRecorder(
            "Recorder",
            RoleARN=_ROLE,
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
            S3BucketName=Ref("LogIntakeBucketName"),
            S3KmsKeyArn=Ref("AuditKeyArn"),
            ConfigSnapshotDeliveryProperties=daily,
        )
    )
    return recorder
