from typing import Any

from tidegen.cloudformation.values import is_function
from tidegen.rules import _rule

_KEYS = ("AWS::KMS::Key", "AWS::KMS::Alias", "AWS::KMS::ReplicaKey")


class LogKeyArn(_rule.ValueRule):
    """A log group names its key by ARN.

    Ref of a key is its id, which the schema of a log group refuses (known failure key-id-for-arn).
    """

    id = "E9701"
    paths = {"AWS::Logs::LogGroup": ("KmsKeyId",)}
    good = """
Group:
  Type: AWS::Logs::LogGroup
  DeletionPolicy: Retain
  UpdateReplacePolicy: Retain
  Properties: {RetentionInDays: 90, KmsKeyId: !GetAtt Key.Arn}
Key: {Type: "AWS::KMS::Key", DeletionPolicy: Retain, UpdateReplacePolicy: Retain}
"""
    bad = good.replace("GetAtt Key.Arn", "Ref Key")

    def fault(self, value: Any, resource: _rule.Resource, template: _rule.View) -> str | None:
        is_id = is_function(value) and "Ref" in value and template.referred(value, *_KEYS)
        text = _rule.literal(value)
        if is_id or (text and not text.startswith(("arn:", "${"))):
            return "the key is not an ARN; use GetAtt of its Arn"
        return None
