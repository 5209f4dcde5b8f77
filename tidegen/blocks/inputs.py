"""Inputs of concerns: helpers that declare them, and those that many concerns share."""

from dataclasses import replace

from troposphere import Ref

from tidegen.contract import (
    ARTIFACTS_PARAMETER,
    PROTECTED_PARAMETER,
    Field,
    Input,
    Kind,
    Root,
    Scope,
    Sibling,
    field_catalogue,
)


def from_field(name: str, field: str, default: str | None = None) -> Input:
    """Return an input that takes its value, kind and description from an environment field."""
    entry = field_catalogue()[field]
    return Input(name, entry.kind, Field(field), entry.description, default)


def sibling(name: str, kind: Kind, description: str, default: str | None = None) -> Input:
    """Return an input that takes the output of the same name of another concern in its root."""
    return Input(name, kind, Sibling(name), description, default)


def from_root(
    scope: Scope, name: str, kind: Kind, description: str, default: str | None = None
) -> Input:
    """Return an input that takes the output of the same name of another root."""
    return Input(name, kind, Root(scope, name), description, default)


PROJECT = from_field("Project", "project")
ENVIRONMENT = from_field("Environment", "name")
#: Inputs of every concern of an environment: names of its resources begin with both.
NAMES = (PROJECT, ENVIRONMENT)
PROTECTED = from_field(PROTECTED_PARAMETER, "protected")
#: For resources that a launch template starts: CloudFormation does not give them the stack's tags.
STACK_TAGS = {"project": Ref("Project"), "environment": Ref("Environment")}

DOMAIN = from_field("Domain", "domain")
PRIVATE_DOMAIN = from_field("PrivateDomain", "private_domain")
PUBLIC_ZONE = sibling("PublicZoneId", Kind.HOSTED_ZONE_ID, "Public zone")
PRIVATE_ZONE = sibling("PrivateZoneId", Kind.HOSTED_ZONE_ID, "Private zone")

DATA_KEY = sibling("DataKeyArn", Kind.KEY_ARN, "Key of uploads and assets")
BACKUP_KEY = sibling("BackupKeyArn", Kind.KEY_ARN, "Key of backups")
LOGS_KEY = sibling("LogsKeyArn", Kind.KEY_ARN, "Key of the log groups")
MESSAGING_KEY = sibling("MessagingKeyArn", Kind.KEY_ARN, "Key of topics and queues")
SECRETS_KEY = sibling("SecretsKeyArn", Kind.KEY_ARN, "Key of the secrets")
REPLICA_KEY = from_root(
    Scope.RECOVERY, "ReplicaKeyArn", Kind.KEY_ARN, "Key of the replicas, or empty", default=""
)

VPC = sibling("VpcId", Kind.VPC_ID, "The VPC")
VPC_CIDR = Input("VpcCidr", Kind.CIDR, Field("network.cidr"), "Address range of the VPC")
PRIVATE_SUBNETS = sibling("PrivateSubnetIds", Kind.SUBNET_IDS, "The three private subnets")
ENDPOINTS = sibling(
    "EndpointSecurityGroupId", Kind.SECURITY_GROUP_ID, "Security group of the interface endpoints"
)
CLUSTER_NAME = sibling("ClusterName", Kind.CLUSTER_NAME, "The cluster")
CLUSTER_GROUP = sibling(
    "ClusterSecurityGroupId", Kind.SECURITY_GROUP_ID, "Security group of the pods"
)

CRITICAL_TOPIC = sibling("CriticalTopicArn", Kind.TOPIC_ARN, "Topic that pages somebody")
WARNING_TOPIC = sibling("WarningTopicArn", Kind.TOPIC_ARN, "Topic of warnings")
DEAD_LETTERS = sibling("DeadLetterQueueArn", Kind.QUEUE_ARN, "Queue of undelivered notifications")

ARTIFACTS_BUCKET = from_root(
    Scope.BOOTSTRAP, "ArtifactsBucketName", Kind.BUCKET_NAME, "Bucket of templates and assets"
)
#: Of a direct root that is read from the bucket, under the name that every root has for it.
TEMPLATES_BUCKET = replace(ARTIFACTS_BUCKET, name=ARTIFACTS_PARAMETER)
ARTIFACTS_KEY = from_root(Scope.BOOTSTRAP, "ArtifactsKeyArn", Kind.KEY_ARN, "Key of the artifacts")
ACCOUNT_ACCESS_LOGS = from_root(
    Scope.BOOTSTRAP, "AccountAccessLogsBucketName", Kind.BUCKET_NAME, "Bucket of access logs"
)
LOG_INTAKE = from_root(
    Scope.ACCOUNT, "LogIntakeBucketArn", Kind.BUCKET_ARN, "Bucket that receives logs to archive"
)
OIDC_PROVIDER = from_root(
    Scope.BOOTSTRAP, "OidcProviderArn", Kind.ARN, "Identity provider of the CI"
)

RECOVERY_REGION = from_field("RecoveryRegion", "recovery.region")
BACKUPS_DAYS = from_field("BackupsDays", "retention.backups_days")
LOCK_MODE = from_field("LockMode", "retention.lock_mode")
LOCK_DAYS = from_field("LockDays", "retention.lock_days")
#: Inputs of concerns that keep backups: how long, and under which lock.
RETENTION = (BACKUPS_DAYS, LOCK_MODE, LOCK_DAYS)
