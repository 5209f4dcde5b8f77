from collections.abc import Iterator

from tidegen.rules import _rule

#: Images are shared between accounts; SSM types name a parameter to read.
_CHECKED_BY_PURPOSE = ("AWS::EC2::Image::Id",)


class TypedParameter(_rule.Rule):
    """Ids of other resources are passed as plain strings.

    CloudFormation looks up a parameter of an AWS type in the account and region of the stack. It
    refuses an id of another account, and an output that a change set does not know yet (known
    failure parameter-not-found).

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
    """

    id = "W9106"
    good = """
Parameters:
  VpcId: {Type: String}
Resources: {}
"""
    bad = good.replace("String", '"AWS::EC2::VPC::Id"')

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        for name, parameter in template.section("Parameters").items():
            kind = parameter.get("Type") if isinstance(parameter, dict) else None
            if isinstance(kind, str) and "AWS::" in kind and kind not in _CHECKED_BY_PURPOSE:
                yield (
                    ("Parameters", name, "Type"),
                    f"{kind} is looked up in this account; use String",
                )
