import re
from collections.abc import Iterator

from tidegen.rules import _rule

_NAME = re.compile(
    r"(?i)(env|stage|environment|tier)(_?(name|type))?|(deploy|app)(ment)?(env|stage)"
)


def _compares(path: _rule.Path) -> bool:
    """Return whether the path is in a comparison outside Conditions, which Rules allow."""
    return "Fn::Equals" in path


class EnvironmentCondition(_rule.Rule):
    """No condition compares the environment's name.

    A condition on a name makes environments differ in more than their parameters show. A capacity
    or a presence that differs has a parameter of its own.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html
    """

    id = "E9105"
    good = """
Parameters:
  NatGateways: {Type: Number}
Conditions:
  HasSecondGateway: !Equals [!Ref NatGateways, 2]
Resources: {}
"""
    bad = good.replace("NatGateways", "Environment").replace("2]", "production]")

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, text in template.texts:
            is_name = path[-1] == "Ref" and _NAME.fullmatch(text)
            if is_name and ("Conditions" in path[:1] or _compares(path)):
                yield (
                    path,
                    f"the condition compares {text}; add a parameter for the difference",
                )
