import json
from collections.abc import Iterator
from typing import Any

from tidegen.cloudformation.quotas import MANAGED_POLICY_SIZE, TRUST_POLICY_SIZE
from tidegen.rules import _rule

#: Type → the path of its policy, and the characters that its service accepts (its quotas).
_LIMITS: dict[str, tuple[tuple[str, ...], int]] = {
    "AWS::IAM::ManagedPolicy": (("PolicyDocument",), MANAGED_POLICY_SIZE),
    "AWS::IAM::Role": (("AssumeRolePolicyDocument",), TRUST_POLICY_SIZE),
    "AWS::KMS::Key": (("KeyPolicy",), 32_768),
    "AWS::S3::BucketPolicy": (("PolicyDocument",), 20_480),
    "AWS::SNS::TopicPolicy": (("PolicyDocument",), 30_720),
    "AWS::SQS::QueuePolicy": (("PolicyDocument",), 8_192),
    "AWS::SecretsManager::ResourcePolicy": (("ResourcePolicy",), 20_480),
    "AWS::EC2::VPCEndpoint": (("PolicyDocument",), 20_480),
}


class PolicySize(_rule.Rule):
    """A policy is not longer than its service accepts.

    IAM, S3, KMS and other services refuse longer policies, not counting white space, after
    everything else was created (known failure policy-too-long).

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """

    id = "E9605"
    types = tuple(_LIMITS)
    good = """
Policy:
  Type: AWS::IAM::ManagedPolicy
  Properties:
    PolicyDocument:
      Statement:
      - {Effect: Allow, Action: ["s3:GetObject"], Resource: [RESOURCES]}
"""
    bad = good.replace("RESOURCES", "x" * MANAGED_POLICY_SIZE)
    # longer than a policy may be, but for the functions
    good = good.replace("RESOURCES", ", ".join(["!Sub '${A}'"] * 500))

    def check(self, resource: _rule.Resource, template: _rule.View) -> Iterator[_rule.Problem]:
        keys, limit = _LIMITS[resource.type]
        for path, document in resource.reach(*keys):
            size = len(json.dumps(_filled(document), separators=(",", ":"), default=str))
            if size > limit:
                yield path, f"the policy has about {size} characters; at most {limit} are allowed"


def _filled(value: Any) -> Any:
    """Return the policy without the functions around texts: values are about as long as names."""
    if isinstance(value, dict):
        text = value.get("Fn::Sub")
        if len(value) == 1 and isinstance(text, str):
            return text
        return {key: _filled(item) for key, item in value.items()}
    return [_filled(item) for item in value] if isinstance(value, list) else value
