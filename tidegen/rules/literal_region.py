import re

from tidegen.rules import _rule

_AREAS = "af|ap|ca|eu|il|me|mx|sa|us"
_SIDES = "north|south|east|west|central|northeast|northwest|southeast|southwest"


class LiteralRegion(_rule.TextRule):
    """No region and no zone is written in a template.

    A template with a literal region cannot move to another region when that region fails, and a
    zone name means a different zone in each account (known failure control-plane-zone: EKS does not
    run in every zone).

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
    """

    id = "E9102"
    #: us-east-1, us-gov-west-1, eu-central-1a; and zone ids such as use1-az3.
    pattern = re.compile(
        rf"(?<![A-Za-z])(?:(?:{_AREAS})-(?:gov-|iso[a-z]?-)?(?:{_SIDES})-\d[a-f]?"
        r"|[a-z]{3,4}\d-az\d)(?![A-Za-z0-9])"
    )
    message = "'{}' is literal; use AWS::Region, a parameter"
    good = """
Subnet:
  Type: AWS::EC2::Subnet
  Properties:
    VpcId: !ImportValue Vpc
    AvailabilityZone: !Ref Zone
"""
    bad = good.replace("!Ref Zone", "us-east-1e")
