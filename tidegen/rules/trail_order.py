from typing import Any

from tidegen.rules import _rule


class TrailOrder(_rule.ValueRule):
    """A trail waits for the policy of its bucket.

    CloudTrail tests the bucket as soon as the trail is created (known failure trail-cannot-write).
    Only DependsOn makes it wait for a policy in the same template.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """

    id = "E9504"
    paths = {"AWS::CloudTrail::Trail": ("S3BucketName",)}
    good = """
Trail:
  Type: AWS::CloudTrail::Trail
  DependsOn: Policy
  Properties: {IsLogging: true, S3BucketName: !Ref Bucket, KMSKeyId: !Ref KeyArn}
Policy:
  Type: AWS::S3::BucketPolicy
  Properties: {Bucket: !Ref Bucket, PolicyDocument: {Statement: []}}
Bucket: {Type: "AWS::S3::Bucket"}
"""
    bad = good.replace("  DependsOn: Policy\n", "")

    def fault(self, value: Any, resource: _rule.Resource, template: _rule.View) -> str | None:
        bucket = template.referred(value, "AWS::S3::Bucket")
        policies = {
            policy.name
            for policy in template.resources("AWS::S3::BucketPolicy")
            if bucket and _rule.target(policy.properties.get("Bucket")) == bucket.name
        }
        if bucket is None or policies & resource.waits_for:
            return None
        missing = min(policies, default="a policy of the bucket")
        return f"the trail does not wait for {missing}; name it in DependsOn"
