"""Roles as they are in the engine's IAM now: policies, boundary, tags, trust."""

import functools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tidegen.iam.evaluation import ResourcePolicy, decide
from tidegen.iam.statements import Request, Statement, statements_of
from tidegen.local import upstream

#: A key that no request has: the policies of AWS that the engine does not have may allow anything.
NOT_KNOWN = "tidegen:policy-of-aws"
_SERVICE = "cloudformation.amazonaws.com"


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role that CloudFormation acts as."""

    arn: str
    identity: tuple[Statement, ...]
    boundary: tuple[Statement, ...] | None
    tags: Mapping[str, str]

    @property
    def name(self) -> str:
        """Return the name, without the path."""
        return self.arn.rpartition("/")[2]

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
        identity=tuple(_identity(record)),
        boundary=tuple(_managed([boundary])) if boundary else None,
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
        statements=_statements(record["AssumeRolePolicyDocument"]), required=True
    )
    request = Request("sts:AssumeRole", arn, principal=_SERVICE, unknown=lambda _key: True)
    return decide(request, [], None, trust).allowed is not False


def _identity(record: Mapping[str, Any]) -> Iterable[Statement]:
    for document in record.get("InlinePolicies", {}).values():
        yield from _statements(document)
    yield from _managed(record.get("AttachedPolicies", []))


def _managed(arns: Iterable[str]) -> Iterable[Statement]:
    known = upstream.service("iam")._policies
    for arn in arns:
        record = known.get(arn)
        if record is None:
            yield _unknown_policy(arn)
        else:
            yield from _statements(record["Versions"][record["DefaultVersionId"]]["Document"])


def _unknown_policy(arn: str) -> Statement:
    """Return a statement for a policy of AWS's that the engine does not have."""
    condition = {"StringEquals": {NOT_KNOWN: arn}}
    return {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}


def _statements(document: Any) -> list[dict[str, Any]]:
    return _parsed(document if isinstance(document, str) else json.dumps(document))


@functools.lru_cache(maxsize=256)
def _parsed(document: str) -> list[dict[str, Any]]:
    return statements_of(json.loads(document))
