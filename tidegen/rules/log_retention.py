from collections.abc import Iterator

from tidegen.rules import _rule


class LogRetention(_rule.Rule):
    """Every log group sets how long it keeps its events.

    Without RetentionInDays events are kept, and paid for, for ever.
    """

    id = "W9303"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-loggroup.html"
    types = ("AWS::Logs::LogGroup",)
    good = """
Group:
  Type: AWS::Logs::LogGroup
  DeletionPolicy: Retain
  UpdateReplacePolicy: Retain
  Properties: {RetentionInDays: 90, KmsKeyId: !Ref KeyArn}
"""
    bad = good.replace("RetentionInDays: 90, ", "")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, value in resource.reach("RetentionInDays"):
            if value is None:
                yield path, "the log group has no RetentionInDays; set one"
