import re
from collections.abc import Iterator
from typing import Any

from tidegen.rules import _rule

#: Type of a log destination → the property that names it.
_TYPES = {
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::KinesisFirehose::DeliveryStream": "DeliveryStreamName",
}
_VARIABLE = re.compile(r"\$\{(\w+)(?:\.\w+)?\}")


def _names(arn: Any) -> list[str]:
    """Return the logical ids that an ARN is built from."""
    return [*_VARIABLE.findall(_rule.literal(arn)), *filter(None, [_rule.target(arn)])]


class FirewallLogName(_rule.Rule):
    """WAF logs to names that begin with aws-waf-logs-.

    WAF accepts no other log group, bucket or stream, and no ARN that ends in :* as GetAtt returns
    it (known failure firewall-log-name).

    https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    """

    id = "E9702"
    types = ("AWS::WAFv2::LoggingConfiguration",)
    good = """
Logging:
  Type: AWS::WAFv2::LoggingConfiguration
  Properties:
    ResourceArn: !Ref AclArn
    LogDestinationConfigs:
    - !Sub arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Group}
Group:
  Type: AWS::Logs::LogGroup
  DeletionPolicy: Retain
  UpdateReplacePolicy: Retain
  Properties: {LogGroupName: !Sub "aws-waf-logs-${Name}", RetentionInDays: 90,
    KmsKeyId: !Ref KeyArn}
"""
    bad = good.replace('"aws-waf-logs-', '"waf-')

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, arn in resource.reach("LogDestinationConfigs", "*"):
            group = template.referred(arn, *_TYPES)
            if group and group.type == "AWS::Logs::LogGroup":
                yield path, "the Arn of a log group ends in :*; build the ARN by Sub, without it"
            for name in _names(arn):
                named = next((r for r in template.resources(*_TYPES) if r.name == name), None)
                own = _rule.literal(named.properties.get(_TYPES[named.type])) if named else ""
                if named and not own.startswith("aws-waf-logs-"):
                    yield path, f"{name} is not named aws-waf-logs-...; rename it"
