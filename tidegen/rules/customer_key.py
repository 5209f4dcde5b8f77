import re
from collections.abc import Iterator

from tidegen.rules import _access_logs, _rule

_BUCKET = ("BucketEncryption", "ServerSideEncryptionConfiguration", "*")
#: Type → the path of its key.
_KEYS: dict[str, tuple[str, ...]] = {
    "AWS::Backup::BackupVault": ("EncryptionKeyArn",),
    "AWS::CloudTrail::EventDataStore": ("KmsKeyId",),
    "AWS::CloudTrail::Trail": ("KMSKeyId",),
    "AWS::DynamoDB::Table": ("SSESpecification", "KMSMasterKeyId"),
    "AWS::EC2::Volume": ("KmsKeyId",),
    "AWS::ECR::Repository": ("EncryptionConfiguration", "KmsKey"),
    "AWS::EFS::FileSystem": ("KmsKeyId",),
    "AWS::EKS::Cluster": ("EncryptionConfig", "*", "Provider", "KeyArn"),
    "AWS::Kinesis::Stream": ("StreamEncryption", "KeyId"),
    "AWS::Lambda::Function": ("KmsKeyArn",),
    "AWS::Logs::LogGroup": ("KmsKeyId",),
    "AWS::RDS::DBCluster": ("KmsKeyId",),
    "AWS::S3::Bucket": (*_BUCKET, "ServerSideEncryptionByDefault", "KMSMasterKeyID"),
    "AWS::SNS::Topic": ("KmsMasterKeyId",),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
    "AWS::SecretsManager::Secret": ("KmsKeyId",),
}
_MANAGED = re.compile(r"^(arn:.*:)?alias/aws/")


class CustomerKey(_rule.Rule):
    """State is encrypted with a customer managed key.

    Only a customer managed key has a policy that says who may read, and a record of its use. HIPAA
    requires both.
    """

    id = "E9302"
    source_url = "https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html"
    types = (
        "AWS::Backup::BackupVault",
        "AWS::CloudTrail::EventDataStore",
        "AWS::CloudTrail::Trail",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::ECR::Repository",
        "AWS::EFS::FileSystem",
        "AWS::EKS::Cluster",
        "AWS::Kinesis::Stream",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::RDS::DBCluster",
        "AWS::S3::Bucket",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::SecretsManager::Secret",
    )
    good = """
Queue:
  Type: AWS::SQS::Queue
  Properties: {KmsMasterKeyId: !Ref KeyArn}
"""
    bad = good.replace("KmsMasterKeyId: !Ref KeyArn", "SqsManagedSseEnabled: true")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        if resource.name in {name for _, name in _access_logs.log_buckets(template)}:
            return
        for path, value in resource.reach(*_KEYS[resource.type]):
            if value is None:
                option = "/".join(_KEYS[resource.type])
                yield path, f"{resource.type} has no customer managed key; set {option}"
            elif _MANAGED.search(_rule.literal(value)):
                yield path, f"'{value}' is an AWS managed key; name a customer managed one"
