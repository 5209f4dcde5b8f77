from collections.abc import Iterator

from tidegen.rules import _rule


class ChannelBucket(_rule.Rule):
    """A delivery channel names its bucket, not the ARN.

    Config takes the ARN for a name and reports that it may not write (known failure
    config-cannot-write).
    """

    id = "E9501"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-config-deliverychannel.html"
    types = ("AWS::Config::DeliveryChannel",)
    good = """
Channel:
  Type: AWS::Config::DeliveryChannel
  Properties: {S3BucketName: !Ref Bucket}
Bucket: {Type: "AWS::S3::Bucket"}
"""
    bad = good.replace("!Ref Bucket", "!GetAtt Bucket.Arn")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, name in resource.reach("S3BucketName"):
            if "Fn::GetAtt" in (name if isinstance(name, dict) else ()) or "arn:" in str(name):
                yield path, "the name is an ARN; Ref the bucket"
