from collections.abc import Iterator

from tidegen.rules import _rule


class NoTransform(_rule.Rule):
    """No template has a Transform.

    A nested template with a Transform needs CAPABILITY_AUTO_EXPAND from everyone who deploys it
    (known failure capability-missing), and the deployed template is not the reviewed one.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
    """

    id = "E9107"
    good = """
Topic: {Type: "AWS::SNS::Topic"}
"""
    bad = """
Transform: AWS::SecretsManager-2024-09-16
Resources:
  Topic: {Type: "AWS::SNS::Topic"}
"""

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        if "Transform" in template.body:
            yield (
                ("Transform",),
                "a template is deployed as it was reviewed; write out the resources",
            )
