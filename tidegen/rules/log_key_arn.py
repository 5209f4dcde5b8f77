from collections.abc import Iterator

from tidegen.cloudformation.values import is_function
from tidegen.rules import _rule

_KEYS = ("AWS::KMS::Key", "AWS::KMS::Alias", "AWS::KMS::ReplicaKey")


class LogKeyArn(_rule.Rule):
    """A log group names its key by ARN.

    Ref of a key is its id, which the schema of a log group refuses (known failure key-id-for-arn).
    """

    id = "E9701"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-loggroup.html"
    types = ("AWS::Logs::LogGroup",)
    good = """
Group:
  Type: AWS::Logs::LogGroup
  DeletionPolicy: Retain
  UpdateReplacePolicy: Retain
  Properties: {RetentionInDays: 90, KmsKeyId: !GetAtt Key.Arn}
Key: {Type: "AWS::KMS::Key", DeletionPolicy: Retain, UpdateReplacePolicy: Retain}
"""
    bad = good.replace("GetAtt Key.Arn", "Ref Key")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, key in resource.reach("KmsKeyId"):
            is_id = is_function(key) and "Ref" in key and template.referred(key, *_KEYS)
            if is_id or (_rule.literal(key) and not _rule.literal(key).startswith(("arn:", "${"))):
                yield path, "the key is not an ARN; use GetAtt of its Arn"
