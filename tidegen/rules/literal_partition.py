import re

from tidegen.rules import _rule


class LiteralPartition(_rule.TextRule):
    """No partition is written in an ARN.

    ARNs begin differently in GovCloud and China. A literal partition deploys there and matches no
    resource.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
    """

    id = "E9103"
    pattern = re.compile(r"arn:aws[a-z-]*(?=:)")
    message = "'{}' is literal; write arn:${AWS::Partition}: in a Sub"
    good = """
Role:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}
    ManagedPolicyArns:
    - !Sub arn:${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore
"""
    bad = good.replace("!Sub arn:${AWS::Partition}:", "arn:aws:")
