from collections.abc import Iterator

from tidegen.rules import _rule


class LinkedRole(_rule.Rule):
    """No template creates a service-linked role.

    The account has each such role once. The role may exist already, and every other stack that
    needs it fails or loses it (known failure linked-role-exists). A deploy creates a missing role
    as a step of its plan.
    """

    id = "E9604"
    types = ("AWS::IAM::ServiceLinkedRole",)
    good = """
Role:
  Type: AWS::IAM::Role
  Properties: {AssumeRolePolicyDocument: {Statement: []}}
"""
    bad = """
Role:
  Type: AWS::IAM::ServiceLinkedRole
  Properties: {AWSServiceName: autoscaling.amazonaws.com}
"""

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        yield (
            resource.at("Type"),
            "the account may have this role already; the plan of a deploy creates it",
        )
