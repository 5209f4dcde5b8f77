"""Which resources hold state, and the stack policy that protects them."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from tidegen.cloudformation.resources import TemplateBody, section

#: Before a logical id in a stack policy (AWS docs, "Prevent updates to stack resources").
_ID = "LogicalResourceId/"
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
    return frozenset(name.removeprefix(_ID) for name in named)


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
                "Resource": [f"{_ID}{name}" for name in sorted(protected)],
            }
        )
    return json.dumps({"Statement": statements}, separators=(",", ":"))


def generated_ids(text: str) -> frozenset[str] | None:
    """Return the ids of a text that `stack_policy` has made; None for any other policy."""
    try:
        document = json.loads(text)
    except ValueError:
        return None
    ids = _denied(document)
    return ids if ids is not None and document == json.loads(stack_policy(ids)) else None


def _denied(document: Any) -> frozenset[str] | None:
    """Return the logical ids of the second statement; None if it has another form."""
    statements = document.get("Statement") if isinstance(document, dict) else None
    if not isinstance(statements, list) or len(statements) not in (1, 2):
        return None
    resources = statements[1].get("Resource") if statements[1:] else []
    if not isinstance(resources, list) or not all(isinstance(item, str) for item in resources):
        return None
    return frozenset(item.removeprefix(_ID) for item in resources)
