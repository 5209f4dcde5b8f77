"""Policy documents as rules look at them."""

from collections.abc import Iterator, Mapping
from typing import Any

from tidegen.cloudformation.values import listed
from tidegen.rules._rule import Path, Resource, reach

#: Type → the way to its policy document.
RESOURCE_POLICIES: dict[str, tuple[str, ...]] = {
    "AWS::Backup::BackupVault": ("AccessPolicy",),
    "AWS::DynamoDB::Table": ("ResourcePolicy", "PolicyDocument"),
    "AWS::ECR::Repository": ("RepositoryPolicyText",),
    "AWS::KMS::Key": ("KeyPolicy",),
    "AWS::S3::BucketPolicy": ("PolicyDocument",),
    "AWS::SNS::TopicPolicy": ("PolicyDocument",),
    "AWS::SQS::QueuePolicy": ("PolicyDocument",),
    "AWS::SecretsManager::ResourcePolicy": ("ResourcePolicy",),
}


def statements(resource: Resource) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every statement of the policy that a resource carries, with its path."""
    for path, document in resource.reach(*RESOURCE_POLICIES[resource.type]):
        yield from statements_of(document, path)


def statements_of(document: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every statement of a document."""
    for place, found in reach(document, path, ["Statement"]):
        for index, item in enumerate(listed(found)):
            inner = (*place, index) if isinstance(found, list) else place
            for at, statement in reach(item, inner, []):
                if isinstance(statement, dict):
                    yield at, statement


def principals(statement: Mapping[str, Any], kind: str) -> list[Any]:
    """The principals of a kind, as `Service`; `*` is one of kind `AWS`."""
    principal = statement.get("Principal")
    if principal == "*":
        return ["*"] if kind == "AWS" else []
    return listed(principal.get(kind)) if isinstance(principal, dict) else []


def denies_plain_text(statement: Mapping[str, Any]) -> bool:
    """Whether a statement refuses requests without TLS."""
    condition = statement.get("Condition")
    bool_test = condition.get("Bool") if isinstance(condition, dict) else None
    secure = bool_test.get("aws:SecureTransport") if isinstance(bool_test, dict) else None
    return statement.get("Effect") == "Deny" and str(secure).lower() == "false"
