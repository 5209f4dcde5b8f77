"""Buckets that services write to, and the keys of volumes that Auto Scaling launches."""

from collections.abc import Iterator
from typing import Any

from tidegen.cloudformation.resources import Properties
from tidegen.cloudformation.values import listed
from tidegen.linting.roots.examples import key_with
from tidegen.linting.roots.rule import RootRule
from tidegen.linting.roots.view import Problem, RootView, allows_service

_BUCKET = "AWS::S3::Bucket"
_WRITES = ("s3:PutObject",)
#: Type → service, the path of the property that names its bucket, and its actions there.
#: Source: the guide of each service.
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


def bucket_writers(root: RootView) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Yield (path, service, path of the bucket, actions) of all writers to the root's buckets."""
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
""" + key_with("""
      {Effect: Allow, Principal: {AWS: "*"}, Action: ["kms:Decrypt", "kms:CreateGrant"],
      Condition: {ArnLike: {"aws:PrincipalArn": "arn:*:role/*/AWSServiceRoleForAutoScaling*"}}}""")


class BucketPolicyAllowsWriter(RootRule):
    """The policy of a bucket allows the service that writes to it.

    Config, CloudTrail, GuardDuty, flow logs and load balancers test their bucket when they are
    created, and fail without its permission (known failures config-cannot-write,
    config-account-unknown, trail-cannot-write and access-logs-refused).

    https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
    """

    id = "E9809"
    good = _CHANNEL
    bad = _CHANNEL.replace('"s3:ListBucket", ', "")

    def problems(self, root: RootView) -> Iterator[Problem]:
        for path, service, bucket, actions in bucket_writers(root):
            policy = root.policies_of(bucket, "AWS::S3::BucketPolicy", "Bucket")
            principal = f"{service}.amazonaws.com"
            for action in actions:
                if not any(allows_service(statement, service, action) for statement in policy):
                    yield (
                        path,
                        f"the policy of {bucket} does not allow {principal} {action}; allow it",
                    )


class BucketTakesDeliveries(RootRule):
    """A service can deliver to the bucket that it writes to.

    Access logs cannot use a KMS key (known failures access-logs-refused and access-logs-encrypted),
    and Config cannot write to a bucket with Object Lock (known failure config-bucket-locked). The
    rules E9705 and E9503 check the same within one template.

    https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
    """

    id = "E9810"
    good = _CHANNEL
    bad = _CHANNEL.replace("Properties: {}", "Properties: {ObjectLockEnabled: true}")

    def problems(self, root: RootView) -> Iterator[Problem]:
        for path, service, bucket, _ in bucket_writers(root):
            text = str(root.properties(bucket).get("BucketEncryption"))
            locked = {"ObjectLockEnabled", "ObjectLockConfiguration"} & set(root.properties(bucket))
            if service in ("logging.s3", "logdelivery.elasticloadbalancing") and "aws:kms" in text:
                yield path, f"{bucket} has a KMS key, which access logs cannot use; use AES256"
            if service == "config" and locked:
                yield (
                    path,
                    f"{bucket} has Object Lock, which Config cannot use; name another bucket",
                )


class VolumeKeyAllowsAutoScaling(RootRule):
    """The key of the volumes that Auto Scaling launches allows Auto Scaling to use it.

    An instance whose volumes Auto Scaling cannot encrypt terminates at once with an internal error
    (known failure volume-key-closed).

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
    """

    id = "E9811"
    good = _LAUNCH
    bad = _LAUNCH.replace(', "kms:CreateGrant"', "")

    def problems(self, root: RootView) -> Iterator[Problem]:
        for path, template in root.of("AWS::EC2::LaunchTemplate"):
            for device in listed(template.get("LaunchTemplateData", {}).get("BlockDeviceMappings")):
                policy = root.key_policy(device.get("Ebs", {}).get("KmsKeyId"))
                if policy is not None:
                    text = str([s for s in policy if s.get("Effect") == "Allow"])
                    if _AUTO_SCALING not in text or "kms:CreateGrant" not in text:
                        yield (
                            path,
                            f"its key does not allow {_AUTO_SCALING} use and grants; allow both",
                        )
