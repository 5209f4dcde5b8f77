from collections.abc import Iterator

from tidegen.rules import _access_logs, _rule

_KEYS = (
    "BucketEncryption",
    "ServerSideEncryptionConfiguration",
    "*",
    "ServerSideEncryptionByDefault",
    "SSEAlgorithm",
)


class LogBucketKey(_rule.Rule):
    """Buckets that take access logs are encrypted by S3.

    Server access logs and load balancer logs cannot be delivered to a bucket with a KMS key: either
    nothing fails and no log arrives, or the load balancer fails (known failures access-logs-refused
    and access-logs-encrypted).

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshooting-server-access-logging.html
    """

    id = "E9705"
    good = """
Uploads:
  Type: AWS::S3::Bucket
  Properties: {LoggingConfiguration: {DestinationBucketName: !Ref Logs}}
Logs:
  Type: AWS::S3::Bucket
  Properties:
    BucketEncryption:
      ServerSideEncryptionConfiguration:
      - ServerSideEncryptionByDefault: {SSEAlgorithm: AES256}
"""
    bad = good.replace("AES256", '"aws:kms"')

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        buckets = {bucket.name: bucket for bucket in template.resources("AWS::S3::Bucket")}
        for path, name in _access_logs.log_buckets(template):
            for _, algorithm in buckets[name].reach(*_KEYS):
                if _rule.literal(algorithm).startswith("aws:kms"):
                    yield path, f"{name} has a KMS key; use AES256 for access logs"
