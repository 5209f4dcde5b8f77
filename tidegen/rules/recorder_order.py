from collections.abc import Iterator

from tidegen.rules import _rule

_TYPES = ("AWS::Config::ConfigurationRecorder", "AWS::Config::DeliveryChannel")


def _other(type_name: str) -> str:
    return next(name for name in _TYPES if name != type_name)


class RecorderOrder(_rule.Rule):
    """Recorder and delivery channel do not wait for each other.

    The recorder starts only once the channel exists, and CloudFormation waits for it: a DependsOn
    between them never ends or fails (known failure recorder-channel-order).

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-config-configurationrecorder.html
    """

    id = "E9502"
    good = """
Recorder:
  Type: AWS::Config::ConfigurationRecorder
  Properties: {RoleARN: !Ref RoleArn}
Channel:
  Type: AWS::Config::DeliveryChannel
  Properties: {S3BucketName: logs}
"""
    bad = good.replace("Properties:", "DependsOn: Channel\n  Properties:", 1)

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        both = list(template.resources(*_TYPES))
        names = {resource.name for resource in both}
        for resource in both:
            if names & resource.waits_for:
                yield (
                    resource.at("DependsOn"),
                    "recorder and channel wait for each other; remove DependsOn",
                )
        for resource in both if len({r.type for r in both}) == 1 else ():
            yield (
                resource.at(),
                f"the template has no {_other(resource.type)}, which this needs; add one",
            )
