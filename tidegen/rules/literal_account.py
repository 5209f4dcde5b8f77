import re

from tidegen.rules import _rule


class LiteralAccount(_rule.TextRule):
    """No account id is written in a template.

    The same bytes are deployed to every account. An id from one account points at that account from
    all others.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
    """

    id = "E9101"
    pattern = re.compile(r"(?<![\w.])\d{12}(?![\w.])")
    message = "account {} is literal; use AWS::AccountId or a parameter"
    good = """
Topic:
  Type: AWS::SNS::Topic
  Properties:
    TopicName: !Sub audit-${AWS::AccountId}
"""
    bad = good.replace("!Sub audit-${AWS::AccountId}", "audit-111122223333")
