"""Buckets, tables, topics and secrets, read back through the service's own API."""

import json
from typing import Any

from local_cloud import Cloud, Template
from local_templates import NAME, POLICY, ROLE, a, changed, get, made, ref


def test_the_properties_of_a_bucket(cloud: Cloud) -> None:
    key = "arn:aws:kms:eu-central-1:111122223333:key/5e0c7e6a-9d0b-4a53-9f63-6d0f5d0c8a11"
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    encryption = [
        {
            "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
            "BucketKeyEnabled": "true",
            "ServerSideEncryptionByDefault": default,
        }
    ]
    rule = {
        "Id": "old",
        "Status": "Enabled",
        "Prefix": "logs/",
        "ExpirationInDays": "365",
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 90}],
    }
    replica = {
        "Id": "all",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": get("Other", "Arn")},
    }
    other = a(
        "S3::Bucket",
        ObjectLockEnabled=True,
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}},
        },
    )
    bucket = a(
        "S3::Bucket",
        BucketEncryption={"ServerSideEncryptionConfiguration": encryption},
        LifecycleConfiguration={"Rules": [rule]},
        LoggingConfiguration={"DestinationBucketName": ref("Other"), "LogFilePrefix": "s3/"},
        OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
        ReplicationConfiguration={"Role": ROLE, "Rules": [replica]},
        VersioningConfiguration={"Status": "Enabled"},
        Tags=NAME,
    )
    ids = made(cloud, It=bucket, Other=other)
    s3, name = cloud.client("s3"), ids["It"]
    deployed_rule = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"][
        "Rules"
    ][0]
    assert deployed_rule["ApplyServerSideEncryptionByDefault"] == default
    assert deployed_rule["BlockedEncryptionTypes"] == {"EncryptionType": ["SSE-C"]}
    deployed_rule = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0]
    assert deployed_rule["Expiration"] == {"Days": 365}
    assert deployed_rule["Filter"] == {"Prefix": "logs/"}
    assert deployed_rule["Transitions"] == [{"Days": 90, "StorageClass": "GLACIER"}]
    logging = s3.get_bucket_logging(Bucket=name)["LoggingEnabled"]
    assert logging["TargetBucket"] == ids["Other"]
    rules = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "ObjectWriter"}]
    deployed_rule = s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"][0]
    assert deployed_rule["Destination"]["Bucket"] == f"arn:aws:s3:::{ids['Other']}"
    assert NAME[0] in s3.get_bucket_tagging(Bucket=name)["TagSet"]
    lock = s3.get_object_lock_configuration(Bucket=ids["Other"])["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "COMPLIANCE", "Days": 1}
    changed(cloud, It=a("S3::Bucket", VersioningConfiguration={"Status": "Suspended"}), Other=other)
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Suspended"
    deployed_rule = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"][
        "Rules"
    ][0]
    assert deployed_rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_the_properties_of_a_table_and_a_topic(cloud: Cloud) -> None:
    def table(**properties: Any) -> Template:
        return a(
            "DynamoDB::Table",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
            **properties,
        )

    full = table(
        SSESpecification={"SSEEnabled": "true", "SSEType": "KMS"},
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        TimeToLiveSpecification={"AttributeName": "ends", "Enabled": True},
    )
    ids = made(cloud, It=full, Topic=a("SNS::Topic", KmsMasterKeyId="alias/it"))
    dynamo, name = cloud.client("dynamodb"), ids["It"]

    def recovery() -> str:
        backups = dynamo.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        return str(backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"])

    assert dynamo.describe_table(TableName=name)["Table"]["SSEDescription"]["SSEType"] == "KMS"
    assert recovery() == "ENABLED"
    time_to_live = dynamo.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert time_to_live["AttributeName"] == "ends"
    topic = cloud.client("sns").get_topic_attributes(TopicArn=ids["Topic"])["Attributes"]
    assert topic["KmsMasterKeyId"] == "alias/it"
    assert changed(cloud, It=table(), Topic=a("SNS::Topic"))["It"] == name
    assert recovery() == "DISABLED"


def test_resources_of_a_secret(cloud: Cloud) -> None:
    function = "arn:aws:lambda:eu-central-1:111122223333:function:it"
    resources = {
        "It": a("SecretsManager::Secret", SecretString="{}"),
        "Policy": a("SecretsManager::ResourcePolicy", SecretId=ref("It"), ResourcePolicy=POLICY),
        "Rotation": a(
            "SecretsManager::RotationSchedule",
            SecretId=ref("It"),
            RotationLambdaARN=function,
            RotationRules={"AutomaticallyAfterDays": "30"},
        ),
    }
    secret = made(cloud, **resources)["It"]
    secrets = cloud.client("secretsmanager")
    policy = secrets.get_resource_policy(SecretId=secret)["ResourcePolicy"]
    assert json.loads(policy) == POLICY
    rotation = secrets.describe_secret(SecretId=secret)
    assert rotation["RotationLambdaARN"] == function
    assert rotation["RotationRules"] == {"AutomaticallyAfterDays": 30}
    changed(cloud, It=resources["It"])
    assert "ResourcePolicy" not in secrets.get_resource_policy(SecretId=secret)


def test_only_the_distribution_reads_its_bucket(cloud: Cloud) -> None:
    control = {
        "Name": "it",
        "OriginAccessControlOriginType": "s3",
        "SigningBehavior": "always",
        "SigningProtocol": "sigv4",
    }
    origin = {
        "Id": "bucket",
        "DomainName": get("Bucket", "RegionalDomainName"),
        "OriginAccessControlId": get("Control", "Id"),
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    behaviour = {
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "TargetOriginId": "bucket",
        "ViewerProtocolPolicy": "https-only",
    }
    config = {"DefaultCacheBehavior": behaviour, "Enabled": True, "Origins": [origin]}
    ids = made(
        cloud,
        Bucket=a("S3::Bucket"),
        Control=a("CloudFront::OriginAccessControl", OriginAccessControlConfig=control),
        It=a("CloudFront::Distribution", DistributionConfig=config),
    )
    cloudfront = cloud.client("cloudfront")
    distribution_config = cloudfront.get_distribution_config(Id=ids["It"])["DistributionConfig"]
    assert distribution_config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "https-only"
    (origin,) = distribution_config["Origins"]["Items"]
    assert origin["DomainName"].startswith(f"{ids['Bucket']}.s3.")
    assert origin["OriginAccessControlId"] == ids["Control"]
    origin_access_control = cloudfront.get_origin_access_control(Id=ids["Control"])[
        "OriginAccessControl"
    ]
    assert origin_access_control["OriginAccessControlConfig"]["SigningBehavior"] == "always"
