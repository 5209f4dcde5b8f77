from collections.abc import Iterator

from tidegen.rules import _rule

#: Images come from any account, and SSM types say what to read, not what must exist.
_CHECKED_BY_PURPOSE = ("AWS::EC2::Image::Id",)


class TypedParameter(_rule.Rule):
    """Ids of other resources are passed as plain strings.

    A parameter of an AWS type is looked up in the account and region of the stack: an id of another
    account, or an output that a change set does not know yet, is refused (failure catalogue, row
    52).
    """

    id = "W9106"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html"
    good = """
Parameters:
  VpcId: {Type: String}
Resources: {}
"""
    bad = """
Parameters:
  VpcId: {Type: "AWS::EC2::VPC::Id"}
Resources: {}
"""

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        for name, parameter in template.section("Parameters").items():
            kind = parameter.get("Type") if isinstance(parameter, dict) else None
            if isinstance(kind, str) and "AWS::" in kind and kind not in _CHECKED_BY_PURPOSE:
                yield (
                    ("Parameters", name, "Type"),
                    f"{kind} is looked up in this account; use String",
                )
