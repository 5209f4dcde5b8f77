import re

from tidegen.rules import _rule

_NAMES = "production|staging|development|nonproduction|non-production|preproduction|prod|uat"
#: Buckets of ECR, GuardDuty and Kubernetes carry the names of those projects' environments.
_OTHERS = r"-\$\{AWS::Region\}-starport|-registry-k8s-io"


class LiteralEnvironment(_rule.TextRule):
    """No environment is named in a template.

    A name that is written for one environment is deployed to all. A value that differs is a
    parameter that the environment file fills.

    https://docs.aws.amazon.com/whitepapers/latest/organizing-your-aws-environment/organizing-your-aws-environment.html
    """

    id = "W9104"
    pattern = re.compile(rf"(?<!\w)(?<!birdwatcher-)(?:{_NAMES})(?!\w|{_OTHERS})", re.IGNORECASE)
    message = "environment '{}' is literal; take its name as a parameter"
    good = """
Topic:
  Type: AWS::SNS::Topic
  Properties:
    TopicName: !Sub ${Environment}-alarms
"""
    bad = good.replace("!Sub ${Environment}-alarms", "production-alarms")
