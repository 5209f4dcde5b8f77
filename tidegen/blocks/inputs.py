"""Inputs that many concerns declare in the same words."""

from troposphere import Ref

from tidegen.contract import Field, Input, Kind, Root, Scope, Sibling
from tidegen.contract.fields import FIELDS

PROJECT = Input("Project", Kind.NAME, Field("project"), FIELDS["project"].description)
ENVIRONMENT = Input("Environment", Kind.NAME, Field("name"), FIELDS["name"].description)
PROTECTED = Input("Protected", Kind.BOOLEAN, Field("protected"), FIELDS["protected"].description)
LOGS_KEY = Input("LogsKeyArn", Kind.KEY_ARN, Sibling("LogsKeyArn"), "Key of the log groups")
MESSAGING_KEY = Input(
    "MessagingKeyArn", Kind.KEY_ARN, Sibling("MessagingKeyArn"), "Key of topics and queues"
)
#: For what a launch template starts: CloudFormation gives it no tag of the stack.
STACK_TAGS = {"project": Ref("Project"), "environment": Ref("Environment")}
VPC = Input("VpcId", Kind.VPC_ID, Sibling("VpcId"), "The VPC")
VPC_CIDR = Input("VpcCidr", Kind.CIDR, Field("network.cidr"), "Address range of the VPC")
PRIVATE_SUBNETS = Input(
    "PrivateSubnetIds", Kind.SUBNET_IDS, Sibling("PrivateSubnetIds"), "The three private subnets"
)
ENDPOINTS = Input(
    "EndpointSecurityGroupId",
    Kind.SECURITY_GROUP_ID,
    Sibling("EndpointSecurityGroupId"),
    "Security group of the interface endpoints",
)
CLUSTER_GROUP = Input(
    "ClusterSecurityGroupId",
    Kind.SECURITY_GROUP_ID,
    Sibling("ClusterSecurityGroupId"),
    "Security group of the pods",
)
CRITICAL_TOPIC = Input(
    "CriticalTopicArn", Kind.TOPIC_ARN, Sibling("CriticalTopicArn"), "Topic that pages somebody"
)
WARNING_TOPIC = Input(
    "WarningTopicArn", Kind.TOPIC_ARN, Sibling("WarningTopicArn"), "Topic of warnings"
)
SECURITY_TOPIC = Input(
    "SecurityTopicArn", Kind.TOPIC_ARN, Sibling("SecurityTopicArn"), "Topic of security findings"
)
BACKUP_TOPIC = Input(
    "BackupTopicArn", Kind.TOPIC_ARN, Sibling("BackupTopicArn"), "Topic of backup results"
)
DEAD_LETTERS = Input(
    "DeadLetterQueueArn",
    Kind.QUEUE_ARN,
    Sibling("DeadLetterQueueArn"),
    "Queue of what could not be delivered",
)
ARTIFACTS_BUCKET = Input(
    "ArtifactsBucketName",
    Kind.BUCKET_NAME,
    Root(Scope.BOOTSTRAP, "ArtifactsBucketName"),
    "Bucket of templates and assets",
)
ACCOUNT_ACCESS_LOGS = Input(
    "AccountAccessLogsBucketName",
    Kind.BUCKET_NAME,
    Root(Scope.BOOTSTRAP, "AccountAccessLogsBucketName"),
    "Bucket of access logs",
)


def from_field(name: str, field: str, default: str | None = None) -> Input:
    """An input that comes from the environment file, described as the catalogue does."""
    entry = FIELDS[field]
    return Input(name, entry.kind, Field(field), entry.description, default)
