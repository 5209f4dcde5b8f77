from typing import Any

from tidegen.rules import _rule


class VolumeZone(_rule.ValueRule):
    """A volume takes its zone from the subnet of its instance.

    A volume in another zone than its instance can never be attached (known failure
    volume-in-other-zone).
    """

    id = "E9309"
    paths = {"AWS::EC2::Volume": ("AvailabilityZone",)}
    good = """
Data:
  Type: AWS::EC2::Volume
  DeletionPolicy: Retain
  UpdateReplacePolicy: Retain
  Properties: {AvailabilityZone: !Ref SubnetZone, Size: 1, KmsKeyId: !Ref KeyArn}
"""
    bad = good.replace("Ref SubnetZone", 'Select [0, !GetAZs ""]')

    def fault(self, value: Any, resource: _rule.Resource, template: _rule.View) -> str | None:
        if value is not None and _rule.target(value) is None:
            return "the zone is literal; take it from the instance's subnet"
        return None
