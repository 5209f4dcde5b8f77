"""Log groups: a customer-managed key, a retention, and protection."""

from typing import Any

from troposphere import Ref, Template, logs

from tidegen.blocks.stateful import RETAINED


def add_log_group(template: Template, title: str, name: Any, days: Any = None) -> logs.LogGroup:
    """A log group under the template's `LogsKeyArn`, kept `LogsDays` days unless told."""
    return template.add_resource(
        logs.LogGroup(
            title,
            LogGroupName=name,
            KmsKeyId=Ref("LogsKeyArn"),
            RetentionInDays=days or Ref("LogsDays"),
            **RETAINED,
        )
    )
