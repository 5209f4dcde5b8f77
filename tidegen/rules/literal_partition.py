import re
from collections.abc import Iterator

from tidegen.rules import _rule

_PARTITION = re.compile(r"arn:aws[a-z-]*(?=:)")


class LiteralPartition(_rule.Rule):
    """No partition is written in an ARN.

    ARNs begin differently in GovCloud and China. A literal partition deploys there and matches no
    resource.
    """

    id = "E9103"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html"
    good = """
Role:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}
    ManagedPolicyArns:
    - !Sub arn:${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore
"""
    bad = good.replace("!Sub arn:${AWS::Partition}:", "arn:aws:")

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, text in template.texts:
            for partition in _PARTITION.findall(text):
                yield (
                    path,
                    f"'{partition}' is literal; write arn:${{AWS::Partition}}: in a Sub",
                )
