from collections.abc import Iterator
from typing import Any

from tidegen.iam.resource_policies import RESOURCE_POLICIES
from tidegen.rules import _policies, _rule

_DOCUMENTS = {
    "AWS::IAM::Role": ("AssumeRolePolicyDocument",),
    **RESOURCE_POLICIES,
}


def _may_be_empty(value: Any, template: _rule.View) -> bool:
    if value in ([], "", None):
        return True
    parameter = template.section("Parameters").get(_rule.target(value) or "")
    return isinstance(parameter, dict) and parameter.get("Default") == ""


class EmptyPrincipal(_rule.Rule):
    """No statement has an empty list of principals.

    AWS refuses a policy without a principal (known failure principal-list-empty). A list parameter
    may be empty, so it cannot be the only principal.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """

    id = "E9603"
    types = tuple(_DOCUMENTS)
    good = """
Role:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Statement:
      - {Effect: Allow, Principal: {Service: [ec2.amazonaws.com]}, Action: "sts:AssumeRole"}
"""
    bad = good.replace("Service: [ec2.amazonaws.com", "AWS: [")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, statement in _policies.statements(resource, _DOCUMENTS):
            principal = statement.get("Principal")
            values = principal.values() if isinstance(principal, dict) else ()
            if principal in ({}, []) or any(_may_be_empty(value, template) for value in values):
                yield (
                    (*path, "Principal"),
                    "the principal is empty, or a list that may be empty; name one",
                )
