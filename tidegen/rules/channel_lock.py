from collections.abc import Iterator

from tidegen.rules import _rule


class ChannelLock(_rule.Rule):
    """Config delivers to a bucket without Object Lock.

    Config cannot write to a locked bucket: nothing fails, and nothing arrives (known failure
    config-bucket-locked).
    """

    id = "E9503"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-config-deliverychannel.html"
    types = ("AWS::Config::DeliveryChannel",)
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

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, name in resource.reach("S3BucketName"):
            bucket = template.referred(name, "AWS::S3::Bucket")
            if (
                bucket
                and {"ObjectLockEnabled", "ObjectLockConfiguration"} & bucket.properties.keys()
            ):
                yield path, f"{bucket.name} has Object Lock, which Config cannot use; name another"
