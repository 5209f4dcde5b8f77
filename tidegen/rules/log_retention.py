from typing import Any

from tidegen.rules import _rule


class LogRetention(_rule.ValueRule):
    """Every log group sets how long it keeps its events.

    Without RetentionInDays events are kept, and paid for, for ever.
    """

    id = "W9303"
    paths = {"AWS::Logs::LogGroup": ("RetentionInDays",)}
    good = """
Group:
  Type: AWS::Logs::LogGroup
  DeletionPolicy: Retain
  UpdateReplacePolicy: Retain
  Properties: {RetentionInDays: 90, KmsKeyId: !Ref KeyArn}
"""
    bad = good.replace("RetentionInDays: 90, ", "")

    def fault(self, value: Any, resource: _rule.Resource, template: _rule.View) -> str | None:
        return "the log group has no RetentionInDays; set one" if value is None else None
