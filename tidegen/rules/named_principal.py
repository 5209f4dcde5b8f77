import re
from collections.abc import Iterator

from tidegen.iam.resource_policies import RESOURCE_POLICIES
from tidegen.rules import _policies, _rule

_ROLE = re.compile(r":(role|user)/")


class NamedPrincipal(_rule.Rule):
    """A policy names no role that may not exist yet.

    AWS refuses a policy whose principal does not exist (known failure role-missing), such as a
    service-linked role in a new account. A condition on aws:PrincipalArn does not need the role to
    exist.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """

    id = "E9602"
    types = tuple(RESOURCE_POLICIES)
    good = """
Policy:
  Type: AWS::SNS::TopicPolicy
  Properties:
    Topics: [!Ref Topic]
    PolicyDocument:
      Statement:
      - {Effect: Allow,
          Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"},
          Action: "sns:Publish", Resource: "*"}
      - {Effect: Deny, Principal: "*", Action: "sns:*", Resource: "*",
          Condition: {Bool: {"aws:SecureTransport": "false"}}}
"""
    bad = good.replace(":root", ":role/app")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, statement in _policies.statements(resource):
            for principal in _policies.principals(statement, "AWS"):
                if _ROLE.search(_rule.literal(principal)):
                    yield (
                        path,
                        f"'{_rule.literal(principal)}' may not exist; use aws:PrincipalArn",
                    )
