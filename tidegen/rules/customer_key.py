import re
from typing import Any

from tidegen.rules import _access_logs, _rule

_BUCKET = ("BucketEncryption", "ServerSideEncryptionConfiguration", "*")
_MANAGED = re.compile(r"^(arn:.*:)?alias/aws/")


class CustomerKey(_rule.ValueRule):
    """State is encrypted with a customer managed key.

    Only a customer managed key has a policy that says who may read, and a record of its use. HIPAA
    requires both.

    https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html
    """

    id = "E9302"
    paths = {
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
    good = """
Queue:
  Type: AWS::SQS::Queue
  Properties: {KmsMasterKeyId: !Ref KeyArn}
"""
    bad = good.replace("KmsMasterKeyId: !Ref KeyArn", "SqsManagedSseEnabled: true")

    def fault(self, value: Any, resource: _rule.Resource, template: _rule.View) -> str | None:
        if resource.name in {name for _, name in _access_logs.log_buckets(template)}:
            return None
        if value is None:
            option = "/".join(self.paths[resource.type])
            return f"{resource.type} has no customer managed key; set {option}"
        if _MANAGED.search(_rule.literal(value)):
            return f"'{value}' is an AWS managed key; name a customer managed one"
        return None
