"""Which resources hold state, and the stack policy that protects them."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from tidegen.cloudformation.resources import TemplateBody, section

_RETAINED = ("Retain", "RetainExceptOnCreate", "Snapshot")


def is_stateful(resource: Mapping[str, Any]) -> bool:
    """Return whether the template keeps the resource when it is removed or replaced."""
    policies = (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
    return any(policy in _RETAINED for policy in policies)


def stateful_ids(template: TemplateBody) -> frozenset[str]:
    """Return the logical ids of the template's stateful resources."""
    resources = section(template, "Resources")
    return frozenset(name for name, resource in resources.items() if is_stateful(resource))


def protected_ids(policy: str) -> frozenset[str]:
    """Return the logical ids that a policy of `stack_policy` protects; none without a policy."""
    statements = json.loads(policy)["Statement"] if policy else []
    resources = [s.get("Resource", []) for s in statements if s["Effect"] == "Deny"]
    named = [name for entry in resources for name in ([entry] if isinstance(entry, str) else entry)]
    return frozenset(name.removeprefix("LogicalResourceId/") for name in named)


def stack_policy(protected: Collection[str]) -> str:
    """Return a stack policy as JSON: allow every update, but no loss of `protected` resources."""
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    ]
    if protected:
        statements.append(
            {
                "Effect": "Deny",
                "Action": ["Update:Replace", "Update:Delete"],
                "Principal": "*",
                "Resource": [f"LogicalResourceId/{name}" for name in sorted(protected)],
            }
        )
    return json.dumps({"Statement": statements}, separators=(",", ":"))
