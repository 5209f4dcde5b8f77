"""A root with everything nested in it, as root rules see it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tidegen.cloudformation.evaluation import Resources
from tidegen.cloudformation.resources import TemplateBody
from tidegen.planning.preflight.subject import text_of

Properties = Mapping[str, Any]
#: The path of a resource from the root, and what is wrong with it.
Problem = tuple[str, str]


@dataclass(frozen=True)
class RootView:
    """A root: its templates (its own under the empty name), evaluated resources and stack name.

    `size` is the root's in bytes.
    """

    templates: Mapping[str, TemplateBody]
    resources: Resources
    stack: str = "stack"
    size: int = 0
    before: Resources = field(default_factory=dict)

    def of(self, *types: str) -> Iterator[tuple[str, Properties]]:
        """Path and properties of every resource of these types."""
        for path, resource in self.resources.items():
            if resource["Type"] in types:
                yield path, resource.get("Properties", {})

    def at(self, value: Any, *types: str) -> str | None:
        """The path of the resource that a value refers to, if it is of one of these types."""
        path = value.get("Ref", value.get("Fn::GetAtt")) if isinstance(value, dict) else None
        path = path[0] if isinstance(path, list) else path
        known = isinstance(path, str) and path in self.resources
        return path if known and (not types or self.type_of(path) in types) else None

    def type_of(self, path: Any) -> str:
        """The type of the resource there."""
        return str(self.resources[path]["Type"])

    def properties(self, path: str) -> Properties:
        """The properties of the resource there."""
        found: Properties = self.resources[path].get("Properties", {})
        return found

    def policies_of(self, path: str, policy_type: str, subject: str) -> list[dict[str, Any]]:
        """All statements of the policies of a type that name the resource in `subject`."""
        return [
            statement
            for _, policy in self.of(policy_type)
            if path in {self.at(item) for item in listed(policy.get(subject))}
            for statement in statements(policy.get("PolicyDocument"))
        ]

    def key_policy(self, value: Any) -> list[dict[str, Any]] | None:
        """The statements of the key that a value refers to; None for a key from elsewhere."""
        path = self.at(value, "AWS::KMS::Key")
        return statements(self.properties(path).get("KeyPolicy")) if path else None


@dataclass(frozen=True)
class Check:
    """A rule over a root. `good` and `bad` are roots in YAML; nested templates follow by name."""

    id: str
    what: str
    why: str
    source: str
    good: str
    bad: str
    run: Callable[[RootView], Iterator[Problem]]


def listed(value: Any) -> list[Any]:
    """A list of what may be one thing, several or none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def statements(document: Any) -> list[dict[str, Any]]:
    """The statements of a policy document."""
    found = document.get("Statement") if isinstance(document, dict) else None
    return [item for item in listed(found) if isinstance(item, dict)]


def lets_in(statement: Mapping[str, Any], service: str, action: str) -> bool:
    """Whether a statement allows a service (`logs`) an action (`kms:Decrypt`)."""
    principal = statement.get("Principal")
    services = listed(principal.get("Service")) if isinstance(principal, dict) else []
    is_named = any(text_of(name).startswith(f"{service}.") for name in services)
    actions = map(str, listed(statement.get("Action")))
    does = any(fnmatchcase(action.lower(), pattern.lower()) for pattern in actions)
    return statement.get("Effect") == "Allow" and is_named and does
