import re
from collections.abc import Iterator, Mapping
from typing import Any

from tidegen.rules import _policies, _rule

_DOCUMENTS: dict[str, tuple[str, ...]] = {
    **{
        f"AWS::IAM::{name}": ("PolicyDocument",)
        for name in ("ManagedPolicy", "Policy", "GroupPolicy", "RolePolicy", "UserPolicy")
    },
    **{
        f"AWS::IAM::{name}": ("Policies", "*", "PolicyDocument")
        for name in ("Group", "Role", "User")
    },
}
#: The types that IAM lists when it refuses a policy.
_TYPES = (
    "access-report/",
    "federated-user/",
    "group/",
    "instance-profile/",
    "mfa/",
    "oidc-provider/",
    "policy/",
    "report/",
    "role/",
    "saml-provider/",
    "server-certificate/",
    "sms-mfa/",
    "user/",
)
_REFERENCE = re.compile(r"\$\{[^}]*\}")
_NAME = re.compile(r"arn:[^:]*:iam:[^:]*:[^:]*:(.*)")


class IamResourceType(_rule.Rule):
    """The ARN of an IAM resource names its type.

    IAM refuses a policy with a wildcard in place of the type ('IAM resource path must either be "*"
    or start with user/, role/, policy/ ...', known failure policy-malformed). A type from a
    parameter is unknown before a deployment.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """

    id = "E9607"
    types = tuple(_DOCUMENTS)
    good = """
Policy:
  Type: AWS::IAM::ManagedPolicy
  Properties:
    PolicyDocument:
      Statement:
      - Effect: Deny
        Action: ["iam:Delete*"]
        Resource:
        - !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/app/*
        - !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/app/*
      - {Effect: Allow, Action: ["iam:List*"], Resource: "*"}
"""
    bad = good.replace(":role/app", ":*/app")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for at, statement in _policies.statements(resource, _DOCUMENTS):
            for path, value in _resources(statement, at):
                arn = _rule.literal(value)
                if not _names_its_type(arn):
                    yield path, f"'{arn}' has no literal type after the account, as role/; add it"


def _resources(statement: Mapping[str, Any], at: _rule.Path) -> Iterator[tuple[_rule.Path, Any]]:
    """Yield each resource of a statement, with its path."""
    for key in ("Resource", "NotResource"):
        for path, value in _rule.reach(statement, at, [key]):
            yield from _rule.reach(value, path, ["*"] if isinstance(value, list) else [])


def _names_its_type(arn: str) -> bool:
    """Return whether IAM accepts a resource; any text that is no ARN of IAM passes."""
    name = _NAME.fullmatch(_REFERENCE.sub("$", arn))
    return name is None or name[1] == "*" or name[1].startswith(_TYPES)
