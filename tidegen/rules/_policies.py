"""Policy documents as rules read them."""

from collections.abc import Iterator, Mapping
from typing import Any

from tidegen.cloudformation.values import listed
from tidegen.iam.resource_policies import RESOURCE_POLICIES
from tidegen.rules._rule import Path, Resource, reach


def statements(
    resource: Resource, documents: Mapping[str, tuple[str, ...]] = RESOURCE_POLICIES
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield every statement of a resource's policies, which `documents` locates, with its path."""
    for path, document in resource.reach(*documents[resource.type]):
        yield from statements_of(document, path)


def statements_of(document: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield every statement of a policy document, with its path."""
    for place, section in reach(document, path, ["Statement"]):
        for index, item in enumerate(listed(section)):
            inner = (*place, index) if isinstance(section, list) else place
            for at, statement in reach(item, inner, []):
                if isinstance(statement, dict):
                    yield at, statement


def principals(statement: Mapping[str, Any], kind: str) -> list[Any]:
    """Return the principals of a kind, such as `Service`; `*` is of kind `AWS`."""
    principal = statement.get("Principal")
    if principal == "*":
        return ["*"] if kind == "AWS" else []
    return listed(principal.get(kind)) if isinstance(principal, dict) else []


def denies_plain_text(statement: Mapping[str, Any]) -> bool:
    """Return whether a statement denies requests without TLS."""
    condition = statement.get("Condition")
    bool_test = condition.get("Bool") if isinstance(condition, dict) else None
    secure = bool_test.get("aws:SecureTransport") if isinstance(bool_test, dict) else None
    return statement.get("Effect") == "Deny" and str(secure).lower() == "false"
