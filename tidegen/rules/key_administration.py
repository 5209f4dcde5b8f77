from collections.abc import Iterator, Mapping
from typing import Any

from tidegen.cloudformation.values import listed
from tidegen.rules import _policies, _rule


def _administers(statement: Mapping[str, Any]) -> bool:
    owners = _policies.principals(statement, "AWS")
    root = any(str(owner).rstrip("}\"']").endswith(":root") for owner in owners)
    root = root or {"Ref": "AWS::AccountId"} in owners
    return (
        statement.get("Effect") == "Allow" and root and "kms:*" in listed(statement.get("Action"))
    )


class KeyAdministration(_rule.Rule):
    """A key can be administered by its account.

    A key whose policy grants kms:* to no principal can never be changed again. KMS refuses it
    (known failure key-without-administrator).

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """

    id = "E9601"
    types = ("AWS::KMS::Key",)
    good = """
Key:
  Type: AWS::KMS::Key
  DeletionPolicy: Retain
  UpdateReplacePolicy: Retain
  Properties:
    KeyPolicy:
      Statement:
      - {Effect: Allow,
          Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"},
          Action: "kms:*", Resource: "*"}
"""
    bad = good.replace("kms:*", "kms:Decrypt")

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        if "KeyPolicy" in resource.properties and not any(
            _administers(statement) for _, statement in _policies.statements(resource)
        ):
            yield (
                resource.at("Properties", "KeyPolicy"),
                "no statement allows the account's root kms:*; add one",
            )
