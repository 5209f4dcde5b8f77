"""The roles of an environment, and the policies that limit them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidegen.cloudformation.values import listed, statements
from tidegen.iam.patterns import UNKNOWN
from tidegen.proof.platform import Platform, Root, arn_of

#: A policy that allows everything: that of a role of which only the boundary is known.
ANYTHING = ({"Effect": "Allow", "Action": "*", "Resource": "*"},)
#: Logical ids of the access root's roles → how they are called.
_DEPLOYERS: Mapping[str, str] = {
    "ExecutionRole": "execution role",
    "DeployRole": "deploy role",
    "ReadRole": "read role",
}
ANY_ROLE = "role of a template"


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A role, or all roles below a boundary: what its policies say, and what IAM knows of it."""

    label: str
    member: str
    #: Its ARN; with an unknown part, that of each such role.
    arn: str
    identity: tuple[Mapping[str, Any], ...]
    boundary: tuple[Mapping[str, Any], ...]
    tags: Mapping[str, str]

    @property
    def account(self) -> str:
        """The account of the role."""
        return self.arn.split(":")[4]


def principals(platform: Platform, member: str) -> Iterator[Principal]:
    """Yield the roles that deploy an environment, and all roles that its templates can create.

    The latter have any policy: the people who deploy the environment choose it.
    """
    target = platform.target(member)
    path = f"arn:aws:iam::{target.account}:role/{target.project}/{member}/"
    roots = platform.of(member)
    boundaries = boundaries_of(platform, target.account)
    for root in roots:
        for role_path, role in root.of("AWS::IAM::Role"):
            label = _DEPLOYERS.get(role_path)
            if label:
                yield Principal(
                    label=label,
                    member=member,
                    arn=arn_of(root.subjects[role_path]),
                    identity=tuple(policies_of(root, role_path)),
                    boundary=boundaries[str(role["PermissionsBoundary"])],
                    tags=tags_of(root, role_path),
                )
    for arn, statements_ in boundaries.items():
        if arn.endswith("-permissions-boundary"):
            tags = {"project": target.project, "environment": member}
            yield Principal(
                label=ANY_ROLE,
                member=member,
                arn=path + UNKNOWN,
                identity=ANYTHING,
                boundary=statements_,
                tags=tags,
            )


def boundaries_of(platform: Platform, account: str) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """Return ARN → statements of each managed policy of the account's identity root."""
    return {
        arn_of(root.subjects[path]): tuple(statements(policy.get("PolicyDocument")))
        for root in platform.roots
        if root.account == account and root.step.scope == "identity"
        for path, policy in root.of("AWS::IAM::ManagedPolicy")
    }


def policies_of(root: Root, role_path: str) -> Iterator[Mapping[str, Any]]:
    """Yield the statements of the policies that a role has; of a foreign policy, of everything."""
    role = root.subjects[role_path]
    names = (role.physical_id, role_path)
    documents: list[Any] = [
        p.get("PolicyDocument") for p in listed(role.properties.get("Policies"))
    ]
    attached = set(map(str, listed(role.properties.get("ManagedPolicyArns"))))
    for path, policy in root.of(
        "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::Policy"
    ):
        holders = [*listed(policy.get("Roles")), *listed(policy.get("RoleName"))]
        arn = arn_of(root.subjects[path])
        if set(map(str, holders)) & set(names) or arn in attached:
            documents.append(policy.get("PolicyDocument"))
            attached.discard(arn)
    if attached:
        yield from ANYTHING
    for document in documents:
        yield from statements(document)


def tags_of(root: Root, path: str) -> dict[str, str]:
    """Return the tags of a resource: the stack's, which CloudFormation propagates, and its own."""
    return {**root.step.tags, **root.subjects[path].tags()}
