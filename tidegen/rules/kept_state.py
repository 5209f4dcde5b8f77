from collections.abc import Iterator

from tidegen.rules import _rule

_KEEPING = ("Retain", "RetainExceptOnCreate", "Snapshot")


class KeptState(_rule.Rule):
    """A resource that holds state is kept when it is removed or replaced.

    CloudFormation deletes by default. A bucket that is not empty stops the stack (known failure
    bucket-not-empty); any other resource is lost.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
    """

    id = "E9301"
    types = (
        "AWS::Backup::BackupVault",
        "AWS::CloudTrail::EventDataStore",
        "AWS::Cognito::UserPool",
        "AWS::DocDB::DBCluster",
        "AWS::DocDB::DBInstance",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Volume",
        "AWS::ECR::Repository",
        "AWS::EFS::FileSystem",
        "AWS::EMR::Cluster",
        "AWS::ElastiCache::CacheCluster",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::Elasticsearch::Domain",
        "AWS::FSx::FileSystem",
        "AWS::KMS::Key",
        "AWS::Kinesis::Stream",
        "AWS::Logs::LogGroup",
        "AWS::Neptune::DBCluster",
        "AWS::Neptune::DBInstance",
        "AWS::OpenSearchService::Domain",
        "AWS::Organizations::Account",
        "AWS::QLDB::Ledger",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Redshift::Cluster",
        "AWS::Route53::HostedZone",
        "AWS::S3::Bucket",
        "AWS::SDB::Domain",
        "AWS::SQS::Queue",
        "AWS::SecretsManager::Secret",
    )
    good = """
Uploads:
  Type: AWS::S3::Bucket
  DeletionPolicy: RetainExceptOnCreate
  UpdateReplacePolicy: Retain
"""
    bad = good.replace("RetainExceptOnCreate", "Delete")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for attribute in ("DeletionPolicy", "UpdateReplacePolicy"):
            if resource.body.get(attribute) not in _KEEPING:
                where = resource.at(attribute) if attribute in resource.body else resource.at()
                yield where, f"{resource.type} holds state; {attribute} must keep it"
