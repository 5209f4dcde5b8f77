from collections.abc import Iterator
from typing import Any

from tidegen.rules import _rule

_FUNCTION = "Fn::GetAZs"
_SECTIONS = ("Conditions", "Resources", "Outputs")


class ZoneOrder(_rule.Rule):
    """Zones are written down, never looked up with Fn::GetAZs.

    Fn::GetAZs is evaluated at each update. AWS: the order of its results is not guaranteed and can
    change when zones are added, and only zones with a default subnet are returned, unless none
    has one (known failure zones-missing). Then every subnet would move to another zone, and
    conflict with itself.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-getavailabilityzones.html
    """

    id = "E9204"
    good = """
Parameters: {Zone1: {Type: AWS::EC2::AvailabilityZone::Name}}
Resources:
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: vpc-1, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Ref Zone1}
"""
    bad = good.replace("!Ref Zone1", '!Select [0, !GetAZs ""]')

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        todo: list[tuple[_rule.Path, Any]] = [
            ((name,), template.section(name)) for name in _SECTIONS
        ]
        while todo:  # no recursion: templates nest deeper than calls can
            path, value = todo.pop()
            if isinstance(value, dict) and _FUNCTION in value:
                yield path, "the zones can change at an update; use a parameter of network.zones"
            items = value.items() if isinstance(value, dict) else enumerate(value)
            for key, item in items:
                if isinstance(item, (dict, list)):
                    todo.append(((*path, key), item))
