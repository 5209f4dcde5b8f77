from collections.abc import Iterator

from tidegen.rules import _rule


class TrailSelectors(_rule.Rule):
    """A trail has selectors of one kind.

    CloudTrail refuses EventSelectors together with AdvancedEventSelectors.

    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
    """

    id = "E9505"
    types = ("AWS::CloudTrail::Trail",)
    good = """
Trail:
  Type: AWS::CloudTrail::Trail
  Properties: {IsLogging: true, S3BucketName: logs, KMSKeyId: !Ref KeyArn,
    AdvancedEventSelectors: [{FieldSelectors: [{Field: eventCategory, Equals: [Management]}]}]}
"""
    bad = good.replace("KMSKeyId: !Ref KeyArn,", "KMSKeyId: !Ref KeyArn, EventSelectors: [],")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        if {"EventSelectors", "AdvancedEventSelectors"} <= resource.properties.keys():
            path = resource.at("Properties", "EventSelectors")
            yield path, "the trail has two kinds of selectors; keep AdvancedEventSelectors"
