import re
from collections.abc import Iterator, Mapping
from typing import Any

from tidegen.iam.resource_policies import RESOURCE_POLICIES
from tidegen.rules import _policies, _rule

_BINDING = re.compile(
    r"(?i)aws:(Principal|Source)(Account|Arn|OrgID|OrgPaths)|kms:CallerAccount|aws:SourceVpce?\b"
)


def _is_bound(statement: Mapping[str, Any]) -> bool:
    return _BINDING.search(str(statement.get("Condition"))) is not None


class OpenPrincipal(_rule.Rule):
    """No resource policy allows everybody.

    A statement that allows `*` allows every AWS account, unless a condition names an account, an
    organization or a source.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """

    id = "E9203"
    types = tuple(RESOURCE_POLICIES)
    good = """
Policy:
  Type: AWS::S3::BucketPolicy
  Properties:
    Bucket: logs
    PolicyDocument:
      Statement:
      - Effect: Allow
        Principal: "*"
        Action: s3:GetObject
        Resource: "*"
        Condition: {StringEquals: {"aws:PrincipalAccount": !Ref "AWS::AccountId"}}
      - {Effect: Deny, Principal: "*", Action: "s3:*", Resource: "*",
          Condition: {Bool: {"aws:SecureTransport": "false"}}}
"""
    bad = good.replace('{StringEquals: {"aws:PrincipalAccount": !Ref "AWS::AccountId"}}', "{}")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        for path, statement in _policies.statements(resource):
            open_to_all = "*" in _policies.principals(statement, "AWS")
            if open_to_all and statement.get("Effect") == "Allow" and not _is_bound(statement):
                yield path, "everybody is allowed; name principals, or an account in a Condition"
