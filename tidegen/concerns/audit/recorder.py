"""AWS Config: records existing resources and their history, and delivers both."""

from troposphere import Ref, Template, config

from tidegen.blocks.inputs import from_field, sibling
from tidegen.blocks.policies import arn
from tidegen.blocks.trail import AUDIT_KEY
from tidegen.contract import Input, Kind

#: Config's service-linked role, which AWS updates for everything that Config can record: it reads
#: every service and puts evaluations (PutConfigRule is refused where the recorder's role may not),
#: which no role below the boundary may. The recording group limits what is recorded. With this role
#: Config delivers as the service, so the archive's and the key's policies limit deliveries.
_ROLE = arn(
    "iam::${AWS::AccountId}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
)
LOG_INTAKE = sibling(
    "LogIntakeBucketName", Kind.BUCKET_NAME, "Bucket that AWS Config and GuardDuty deliver to"
)
HOME_REGION = from_field("HomeRegion", "home_region")


def add_recorder(
    template: Template,
    *,
    key: Input = AUDIT_KEY,
    bucket: Input = LOG_INTAKE,
    home_region: Input = HOME_REGION,
) -> config.ConfigurationRecorder:
    """Add the recorder and the delivery channel; only the home region records global resources.

    They wait for each other: no DependsOn at all (failure recorder-channel-order).
    """
    recorder = template.add_resource(
        config.ConfigurationRecorder(
            "Recorder",
            RoleARN=_ROLE,
            RecordingGroup=config.RecordingGroup(
                AllSupported=True, IncludeGlobalResourceTypes=Ref(home_region.name)
            ),
            RecordingMode=config.RecordingMode(RecordingFrequency="CONTINUOUS"),
        )
    )
    daily = config.ConfigSnapshotDeliveryProperties(DeliveryFrequency="TwentyFour_Hours")
    template.add_resource(
        # No SnsTopicARN: AWS Config does not support encrypted topics (AWS docs, "Permissions for
        # the Amazon SNS Topic"). EventBridge notifies the topics instead.
        config.DeliveryChannel(
            "DeliveryChannel",
            S3BucketName=Ref(bucket.name),
            S3KmsKeyArn=Ref(key.name),
            ConfigSnapshotDeliveryProperties=daily,
        )
    )
    return recorder
