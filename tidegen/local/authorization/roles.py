"""Roles as they are in the engine's IAM now: policies, boundary, tags, trust."""

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tidegen.iam.evaluation import ResourcePolicy, decide
from tidegen.iam.statements import Request, Statement, names_action, statements_of
from tidegen.local import upstream

#: A key that no request has: the policies of AWS that the engine does not have may allow anything.
NOT_KNOWN = "tidegen:policy-of-aws"
_SERVICE = "cloudformation.amazonaws.com"


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role that CloudFormation acts as; its policies are documents of JSON."""

    arn: str
    policies: tuple[str, ...]
    boundaries: tuple[str, ...]
    tags: Mapping[str, str]

    @property
    def name(self) -> str:
        """Return the name, without the path."""
        return self.arn.rpartition("/")[2]

    def identity(self, action: str) -> tuple[Statement, ...]:
        """Return the statements of identity policies that name an action."""
        return _naming(self.policies, action)

    def boundary(self, action: str) -> tuple[Statement, ...] | None:
        """Return the statements of the boundary that name an action; None without a boundary."""
        return _naming(self.boundaries, action) if self.boundaries else None

    def session(self, account: str) -> str:
        """Return the ARN of CloudFormation's session."""
        return f"arn:aws:sts::{account}:assumed-role/{self.name}/AWSCloudFormation"


def role_at(arn: str) -> Role | None:
    """Return the role of that ARN; None if the engine has none, or if it has another path."""
    record = record_named(arn.rpartition("/")[2])
    if record is None or record["Arn"] != arn:
        return None
    boundary = boundary_of(record)
    return Role(
        arn=arn,
        policies=tuple(_identity(record)),
        boundaries=tuple(_managed([boundary] if boundary else [])),
        tags={tag["Key"]: tag["Value"] for tag in record.get("Tags") or []},
    )


def record_named(name: str) -> Mapping[str, Any] | None:
    """Return the engine's record of a role."""
    record: Mapping[str, Any] | None = upstream.service("iam")._roles.get(name)
    return record


def boundary_of(record: Mapping[str, Any]) -> str:
    """Return the ARN of a role's boundary; empty without one."""
    return str(record.get("PermissionsBoundary") or "")


def may_be_assumed(arn: str) -> bool:
    """Return whether CloudFormation may assume the role: it exists and trusts the service."""
    record = record_named(arn.rpartition("/")[2])
    if record is None or record["Arn"] != arn:
        return False
    trust = ResourcePolicy(
        statements=_parsed(_text(record["AssumeRolePolicyDocument"])), required=True
    )
    request = Request("sts:AssumeRole", arn, principal=_SERVICE, unknown=lambda _key: True)
    return decide(request, [], None, trust).allowed is not False


def _identity(record: Mapping[str, Any]) -> Iterable[str]:
    """Yield the documents of a role's own policies."""
    yield from map(_text, record.get("InlinePolicies", {}).values())
    yield from _managed(record.get("AttachedPolicies", []))


def _managed(arns: Iterable[str]) -> Iterable[str]:
    """Yield the documents of managed policies."""
    known = upstream.service("iam")._policies
    for arn in arns:
        record = known.get(arn)
        if record is None:
            yield _unknown_policy(arn)
        else:
            yield _text(record["Versions"][record["DefaultVersionId"]]["Document"])


def _unknown_policy(arn: str) -> str:
    """Return a document for a policy of AWS's that the engine does not have."""
    condition = {"StringEquals": {NOT_KNOWN: arn}}
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


@functools.lru_cache(maxsize=4096)
def _naming(documents: tuple[str, ...], action: str) -> tuple[Statement, ...]:
    """Return the statements that name an action: no other decides on its requests."""
    statements = (statement for document in documents for statement in _parsed(document))
    return tuple(statement for statement in statements if names_action(statement, action))


@functools.lru_cache(maxsize=256)
def _parsed(document: str) -> list[dict[str, Any]]:
    return statements_of(json.loads(document))
