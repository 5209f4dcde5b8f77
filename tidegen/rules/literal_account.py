import re
from collections.abc import Iterator

from tidegen.rules import _rule

_ACCOUNT = re.compile(r"(?<![\w.])\d{12}(?![\w.])")


class LiteralAccount(_rule.Rule):
    """No account id is written in a template.

    The same bytes are deployed to every account. An id from one account points at that account from
    all others.
    """

    id = "E9101"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html"
    good = """
Topic:
  Type: AWS::SNS::Topic
  Properties:
    TopicName: !Sub audit-${AWS::AccountId}
"""
    bad = good.replace("!Sub audit-${AWS::AccountId}", "audit-111122223333")

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, text in template.texts:
            for account in _ACCOUNT.findall(text):
                yield path, f"account {account} is literal; use AWS::AccountId or a parameter"
