import re
from collections.abc import Iterator

from tidegen.rules import _rule

_NAMES = "production|staging|development|nonproduction|non-production|preproduction|prod|uat"
#: Buckets of ECR, GuardDuty and Kubernetes carry the names of those projects' environments.
_OTHERS = r"-\$\{AWS::Region\}-starport|-registry-k8s-io"
_NAME = re.compile(rf"(?<!\w)(?<!birdwatcher-)(?:{_NAMES})(?!\w|{_OTHERS})", re.IGNORECASE)


class LiteralEnvironment(_rule.Rule):
    """No environment is named in a template.

    A name that is written for one environment is deployed to all. A value that differs is a
    parameter that the environment file fills.
    """

    id = "W9104"
    source_url = "https://docs.aws.amazon.com/whitepapers/latest/organizing-your-aws-environment/organizing-your-aws-environment.html"
    good = """
Topic:
  Type: AWS::SNS::Topic
  Properties:
    TopicName: !Sub ${Environment}-alarms
"""
    bad = good.replace("!Sub ${Environment}-alarms", "production-alarms")

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, text in template.texts:
            for name in _NAME.findall(text):
                yield path, f"environment '{name}' is literal; take its name as a parameter"
