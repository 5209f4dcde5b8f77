from typing import Any

from tidegen.rules import _rule

_LOCKS = {"ObjectLockEnabled", "ObjectLockConfiguration"}


class ChannelLock(_rule.ValueRule):
    """Config delivers to a bucket without Object Lock.

    Config cannot write to a locked bucket: nothing fails, and nothing arrives (known failure
    config-bucket-locked).
    """

    id = "E9503"
    paths = {"AWS::Config::DeliveryChannel": ("S3BucketName",)}
    good = """
Recorder:
  Type: AWS::Config::ConfigurationRecorder
  Properties: {RoleARN: !Ref RoleArn}
Channel:
  Type: AWS::Config::DeliveryChannel
  Properties: {S3BucketName: !Ref Bucket}
Bucket: {Type: "AWS::S3::Bucket"}
"""
    bad = good.replace('S3::Bucket"', 'S3::Bucket", Properties: {ObjectLockEnabled: true}')

    def fault(self, value: Any, resource: _rule.Resource, template: _rule.View) -> str | None:
        bucket = template.referred(value, "AWS::S3::Bucket")
        if bucket and _LOCKS & bucket.properties.keys():
            return f"{bucket.name} has Object Lock, which Config cannot use; name another"
        return None
