"""A root with everything nested in it, as root rules read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tidegen.cloudformation.resources import Resources, ResourceView, TemplateBody
from tidegen.cloudformation.values import listed, statements, text_of

#: The path of a resource from the root, and the message.
Problem = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class RootView(ResourceView):
    """A root: its templates (its own under the empty name), evaluated resources and stack name.

    `size` is the size of the root's own template in bytes, `before` holds the evaluated resources
    of the last release.
    """

    templates: Mapping[str, TemplateBody]
    stack: str = "stack"
    size: int = 0
    before: Resources = field(default_factory=dict)

    def policies_of(self, path: str, policy_type: str, subject: str) -> list[dict[str, Any]]:
        """Return the statements of all policies of a type that name the resource in `subject`."""
        return [
            statement
            for _, policy in self.of(policy_type)
            if path in {self.referred(item) for item in listed(policy.get(subject))}
            for statement in statements(policy.get("PolicyDocument"))
        ]

    def key_policy(self, value: Any) -> list[dict[str, Any]] | None:
        """Return the statements of the key that a value names; None for a key outside the root."""
        path = self.referred(value, "AWS::KMS::Key")
        return statements(self.properties(path).get("KeyPolicy")) if path else None


def allows_service(statement: Mapping[str, Any], service: str, action: str) -> bool:
    """Return whether a statement allows a service (`logs`) an action (`kms:Decrypt`)."""
    principal = statement.get("Principal")
    services = listed(principal.get("Service")) if isinstance(principal, dict) else []
    is_named = any(text_of(name).startswith(f"{service}.") for name in services)
    actions = map(str, listed(statement.get("Action")))
    is_covered = any(fnmatchcase(action.lower(), pattern.lower()) for pattern in actions)
    return statement.get("Effect") == "Allow" and is_named and is_covered
