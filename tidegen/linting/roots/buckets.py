"""Buckets that services write to, and the keys of what Auto Scaling launches."""

from collections.abc import Iterator
from typing import Any

from tidegen.cloudformation.resources import Properties
from tidegen.cloudformation.values import listed
from tidegen.linting.roots.view import Problem, RootRule, RootView, lets_in

_BUCKET = "AWS::S3::Bucket"
_WRITES = ("s3:PutObject",)
#: Type → service, the way to its bucket, and what it does there (guides of each service).
_WRITERS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "AWS::CloudTrail::Trail": ("cloudtrail", ("S3BucketName",), ("s3:GetBucketAcl", *_WRITES)),
    "AWS::Config::DeliveryChannel": (
        "config",
        ("S3BucketName",),
        ("s3:GetBucketAcl", "s3:ListBucket", *_WRITES),
    ),
    "AWS::GuardDuty::PublishingDestination": (
        "guardduty",
        ("DestinationProperties", "DestinationArn"),
        ("s3:GetBucketLocation", *_WRITES),
    ),
    "AWS::EC2::FlowLog": ("delivery.logs", ("LogDestination",), ("s3:GetBucketAcl", *_WRITES)),
    "AWS::S3::Bucket": ("logging.s3", ("LoggingConfiguration", "DestinationBucketName"), _WRITES),
}
_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
_BALANCER_BUCKETS = ("access_logs.s3.bucket", "connection_logs.s3.bucket")
_AUTO_SCALING = "AWSServiceRoleForAutoScaling"


def written(root: RootView) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """(path, service, path of the bucket, actions) of all that writes to a bucket of the root."""
    for path, resource in root.resources.items():
        for service, value, actions in _writes(resource["Type"], resource.get("Properties", {})):
            bucket = root.referred(value, _BUCKET)
            if bucket:
                yield path, service, bucket, actions


def _writes(type_name: str, properties: Properties) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    if type_name in _WRITERS:
        service, keys, actions = _WRITERS[type_name]
        value: Any = properties
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        yield service, value, actions
    if type_name == _BALANCER:
        for row in listed(properties.get("LoadBalancerAttributes")):
            if row.get("Key") in _BALANCER_BUCKETS:
                yield "logdelivery.elasticloadbalancing", row.get("Value"), _WRITES


def _let_in(root: RootView) -> Iterator[Problem]:
    for path, service, bucket, actions in written(root):
        policy = root.policies_of(bucket, "AWS::S3::BucketPolicy", "Bucket")
        for action in actions:
            if not any(lets_in(statement, service, action) for statement in policy):
                yield path, f"the policy of {bucket} allows {service}.amazonaws.com no {action}"


def _taken(root: RootView) -> Iterator[Problem]:
    for path, service, bucket, _ in written(root):
        text = str(root.properties(bucket).get("BucketEncryption"))
        locked = {"ObjectLockEnabled", "ObjectLockConfiguration"} & set(root.properties(bucket))
        if service in ("logging.s3", "logdelivery.elasticloadbalancing") and "aws:kms" in text:
            yield path, f"{bucket} has a KMS key, which access logs cannot use"
        if service == "config" and locked:
            yield path, f"{bucket} has Object Lock, to which Config does not deliver"


def _launched(root: RootView) -> Iterator[Problem]:
    for path, template in root.of("AWS::EC2::LaunchTemplate"):
        for device in listed(template.get("LaunchTemplateData", {}).get("BlockDeviceMappings")):
            policy = root.key_policy(device.get("Ebs", {}).get("KmsKeyId"))
            if policy is not None:
                text = str([s for s in policy if s.get("Effect") == "Allow"])
                if _AUTO_SCALING not in text or "kms:CreateGrant" not in text:
                    yield path, f"its key does not let {_AUTO_SCALING} use it and make grants"


_CHANNEL = """
Resources:
  Channel:
    Type: AWS::Config::DeliveryChannel
    Properties: {S3BucketName: !Ref Bucket}
  Bucket: {Type: "AWS::S3::Bucket", Properties: {}}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Statement:
        - Effect: Allow
          Principal: {Service: config.amazonaws.com}
          Action: ["s3:GetBucketAcl", "s3:ListBucket", "s3:PutObject"]
"""
_LAUNCH = """
Resources:
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData: {BlockDeviceMappings: [{Ebs: {KmsKeyId: !GetAtt Key.Arn}}]}
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
        - Effect: Allow
          Principal: {AWS: "*"}
          Action: ["kms:Decrypt", "kms:CreateGrant"]
          Condition: {ArnLike: {"aws:PrincipalArn": "arn:*:role/*/AWSServiceRoleForAutoScaling*"}}
"""
CHECKS = (
    RootRule(
        "E9809",
        "The policy of a bucket lets in the service that writes there",
        "Config, CloudTrail, GuardDuty, flow logs and load balancers try their bucket when they"
        " are made, and fail (known failures config-cannot-write, config-account-unknown,"
        " trail-cannot-write and access-logs-refused).",
        "https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html",
        _CHANNEL,
        _CHANNEL.replace('"s3:ListBucket", ', ""),
        _let_in,
    ),
    RootRule(
        "E9810",
        "A bucket is one that the service can deliver to",
        "Access logs cannot use a KMS key (known failures access-logs-refused and"
        " access-logs-encrypted), and Config cannot write to a bucket with Object Lock (known"
        " failure config-bucket-locked); the rules E9705 and E9503 see that within one template.",
        "https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html",
        _CHANNEL,
        _CHANNEL.replace("Properties: {}", "Properties: {ObjectLockEnabled: true}"),
        _taken,
    ),
    RootRule(
        "E9811",
        "The key of what Auto Scaling launches lets Auto Scaling use it",
        "Instances whose volumes Auto Scaling cannot encrypt end as they begin, with an internal"
        " error (known failure volume-key-closed).",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html",
        _LAUNCH,
        _LAUNCH.replace(', "kms:CreateGrant"', ""),
        _launched,
    ),
)
