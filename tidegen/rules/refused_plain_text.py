from collections.abc import Iterator

from tidegen.rules import _policies, _rule


class RefusedPlainText(_rule.Rule):
    """Buckets refuse requests without TLS.

    S3 answers plain HTTP unless the bucket's policy denies it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """

    id = "E9306"
    good = """
Policy:
  Type: AWS::S3::BucketPolicy
  Properties: {Bucket: logs, PolicyDocument: {Statement: [
    {Effect: Deny, Principal: "*", Action: "s3:*", Resource: "*",
      Condition: {Bool: {"aws:SecureTransport": "false"}}}]}}
"""
    bad = good.replace('"false"', '"true"')

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        for policy in template.resources("AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy"):
            if not any(_policies.denies_plain_text(s) for _, s in _policies.statements(policy)):
                yield policy.at(), "no statement denies aws:SecureTransport false; add one"
        policies = [p.properties.get("Bucket") for p in template.resources("AWS::S3::BucketPolicy")]
        protected = {_rule.target(bucket) for bucket in policies}
        for bucket in template.resources("AWS::S3::Bucket"):
            if bucket.name not in protected:
                yield (
                    bucket.at(),
                    "the bucket has no policy in its template; add one that requires TLS",
                )
