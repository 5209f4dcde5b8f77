from collections.abc import Iterator

from tidegen.rules import _rule

_WAYS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


class PublicBucket(_rule.Rule):
    """Buckets block public access in all four ways.

    One wrong statement or access list opens a bucket that does not block public access.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """

    id = "E9307"
    types = ("AWS::S3::Bucket",)
    good = """
Logs:
  Type: AWS::S3::Bucket
  Properties:
    PublicAccessBlockConfiguration:
      BlockPublicAcls: true
      BlockPublicPolicy: true
      IgnorePublicAcls: true
      RestrictPublicBuckets: true
"""
    bad = good.partition("      IgnorePublicAcls")[0]

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for way in _WAYS:
            for path, value in resource.reach("PublicAccessBlockConfiguration", way):
                if str(value).lower() != "true":
                    yield path, f"{way} is not true; set it"
