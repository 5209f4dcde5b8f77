from collections.abc import Iterator

from tidegen.rules import _rule


class LinkedRole(_rule.Rule):
    """No template makes a service-linked role.

    The account has each such role once: it may be there already, and every other stack that needs
    it fails or loses it (failure catalogue, row 25). A deploy makes what is missing as a step of
    its plan.
    """

    id = "E9604"
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-servicelinkedrole.html"
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
        yield resource.at("Type"), "the account may have this role already; let the plan make it"
