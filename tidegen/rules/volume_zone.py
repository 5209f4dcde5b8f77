from collections.abc import Iterator

from tidegen.rules import _rule


class VolumeZone(_rule.Rule):
    """A volume takes its zone from the subnet of its instance.

    A volume in another zone than its instance can never be attached (known failure
    volume-in-other-zone).
    """

    id = "E9309"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-volume.html"
    types = ("AWS::EC2::Volume",)
    good = """
Data:
  Type: AWS::EC2::Volume
  DeletionPolicy: Retain
  UpdateReplacePolicy: Retain
  Properties: {AvailabilityZone: !Ref SubnetZone, Size: 1, KmsKeyId: !Ref KeyArn}
"""
    bad = good.replace("Ref SubnetZone", 'Select [0, !GetAZs ""]')

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, zone in resource.reach("AvailabilityZone"):
            if zone is not None and _rule.target(zone) is None:
                yield path, "the zone is literal; take it from the instance's subnet"
