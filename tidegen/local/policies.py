"""The length and the grammar of policies, as IAM counts and checks them."""

import json
from collections.abc import Iterator
from typing import Any

from tidegen.local import upstream


def length(document: Any) -> int:
    """Return the characters of a policy; IAM does not count white space."""
    text = document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
    return len("".join(text.split()))


def identity_documents(type_name: str, properties: dict[str, Any]) -> list[Any]:
    """Return the policies of a managed policy or role, without the trust policy."""
    if type_name == "AWS::IAM::ManagedPolicy":
        return [properties["PolicyDocument"]]
    return [policy["PolicyDocument"] for policy in properties.get("Policies", [])]


def grammar_problems(type_name: str, properties: dict[str, Any]) -> Iterator[str]:
    """Yield the message of IAM about each malformed policy of a role or managed policy.

    The validators are moto's, whose messages were compared with IAM's own.
    """
    validators = upstream.module("moto.iam.policy_validation")
    if "AssumeRolePolicyDocument" in properties:
        trust = properties["AssumeRolePolicyDocument"]
        yield from _problem(validators.IAMTrustPolicyDocumentValidator, trust)
    for document in identity_documents(type_name, properties):
        yield from _problem(validators.IAMPolicyDocumentValidator, document)


def _problem(validator: Any, document: Any) -> Iterator[str]:
    """Yield the first problem that the validator reports."""
    text = json.dumps(_with_texts(json.loads(document) if isinstance(document, str) else document))
    try:
        validator(text).validate()
    except upstream.module("moto.iam.exceptions").MalformedPolicyDocument as error:
        yield str(error.message)


def _with_texts(value: Any) -> Any:
    """Return a policy with its numbers as text: IAM takes both (its grammar, "Data types")."""
    if isinstance(value, dict):
        return {name: _with_texts(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_texts(item) for item in value]
    return value if isinstance(value, bool | str) else str(value)
