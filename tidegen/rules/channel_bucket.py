from typing import Any

from tidegen.rules import _rule


class ChannelBucket(_rule.ValueRule):
    """A delivery channel names its bucket, not the ARN.

    Config takes the ARN for a name and reports that it may not write (known failure
    config-cannot-write).
    """

    id = "E9501"
    paths = {"AWS::Config::DeliveryChannel": ("S3BucketName",)}
    good = """
Channel:
  Type: AWS::Config::DeliveryChannel
  Properties: {S3BucketName: !Ref Bucket}
Bucket: {Type: "AWS::S3::Bucket"}
"""
    bad = good.replace("!Ref Bucket", "!GetAtt Bucket.Arn")

    def fault(self, value: Any, resource: _rule.Resource, template: _rule.View) -> str | None:
        is_arn = "Fn::GetAtt" in (value if isinstance(value, dict) else ()) or "arn:" in str(value)
        return "the name is an ARN; Ref the bucket" if is_arn else None
