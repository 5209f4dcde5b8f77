"""The decision on a request: identity policies, permissions boundary and the resource's policy.

Source: AWS docs, "Policy evaluation logic": an explicit deny anywhere wins; the boundary limits
what identity policies allow; within an account, the resource's policy may allow by itself, and
across accounts both sides must. The result says which statement decided.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tidegen.iam.conditions import Context, any_of, every
from tidegen.iam.principals import Naming, account_of, naming
from tidegen.iam.statements import Request, Statement, matches


class Layer(StrEnum):
    """A kind of policy, as messages of AWS name it."""

    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    RESOURCE = "resource-based policy"


@dataclass(frozen=True, kw_only=True)
class ResourcePolicy:
    """The policy of a resource.

    `required` says that it must allow each request, or trust the account: a key's and a role's do.
    """

    statements: Sequence[Statement]
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether a request is allowed, and why; `allowed` is None if keys that are not known decide.

    `layer` and `statement` decided: the Deny, or the Allow; without a statement, no policy of the
    layer allows the request. `undecided` are the statements that depend on unknown keys.
    """

    allowed: bool | None
    layer: Layer
    statement: Statement | None = None
    undecided: tuple[Statement, ...] = ()


def decide(
    request: Request,
    identity: Iterable[Statement],
    boundary: Iterable[Statement] | None = None,
    resource: ResourcePolicy | None = None,
) -> Decision:
    """Return the decision on a request; raises UnknownOperatorError for one IAM does not have."""
    context = request.context()
    sides = _Sides(
        identity=_Side.of(Layer.IDENTITY, identity, request, context),
        boundary=None if boundary is None else _Side.of(Layer.BOUNDARY, boundary, request, context),
        resource=None if resource is None else _Side.named(resource, request, context),
        same_account=_is_same_account(request),
        policy_is_required=resource is not None and resource.required,
    )
    return sides.decision()


def allowed(
    statements: Iterable[Statement],
    request: Request,
    boundary: Iterable[Statement] | None = None,
) -> bool:
    """Return whether identity statements, and the boundary if given, allow the request."""
    return decide(request, statements, boundary).allowed is True


def _is_same_account(request: Request) -> bool:
    """Return whether the resource is in the caller's account, as far as the request says.

    A service has no account: the resource's policy alone decides.
    """
    owner = account_of(request.resource) or str(request.keys.get("aws:ResourceAccount", ""))
    caller = account_of(request.principal)
    return not owner or not caller or owner == caller


@dataclass(frozen=True)
class _Applying:
    """A statement that applies to the request; `certain` is None if that is not known."""

    statement: Statement
    certain: bool | None
    named: Naming


@dataclass(frozen=True)
class _Side:
    """The statements of one layer that apply, or may."""

    layer: Layer
    denies: tuple[_Applying, ...]
    allows: tuple[_Applying, ...]

    @classmethod
    def of(
        cls, layer: Layer, statements: Iterable[Statement], request: Request, context: Context
    ) -> "_Side":
        """Return the side of policies that name no principal."""
        return cls._sorted(layer, [(s, Naming.BY_SESSION) for s in statements], request, context)

    @classmethod
    def named(cls, policy: ResourcePolicy, request: Request, context: Context) -> "_Side":
        """Return the side of a resource's policy: of the statements that name the caller."""
        levels = [(s, naming(s, request.principal, request.role)) for s in policy.statements]
        naming_it = [(s, level) for s, level in levels if level]
        return cls._sorted(Layer.RESOURCE, naming_it, request, context)

    @classmethod
    def _sorted(
        cls,
        layer: Layer,
        statements: list[tuple[Statement, Naming]],
        request: Request,
        context: Context,
    ) -> "_Side":
        results = [_Applying(s, matches(s, request, context), level) for s, level in statements]
        applying = [item for item in results if item.certain is not False]
        denies, allows = (
            tuple(item for item in applying if item.statement["Effect"] == effect)
            for effect in ("Deny", "Allow")
        )
        return cls(layer, denies, allows)

    def grants(self, *levels: Naming) -> bool | None:
        """Return whether a statement allows; with levels, one that names the caller like that."""
        chosen = [item for item in self.allows if not levels or item.named in levels]
        return any_of([item.certain for item in chosen])


@dataclass(frozen=True, kw_only=True)
class _Sides:
    """All layers of one request."""

    identity: _Side
    boundary: _Side | None
    resource: _Side | None
    same_account: bool
    policy_is_required: bool

    def decision(self) -> Decision:
        """Return the decision: a Deny first, then the layers that must allow."""
        for side in self._all():
            for item in side.denies:
                if item.certain:
                    return Decision(allowed=False, layer=side.layer, statement=item.statement)
        granted = any_of([self._by_identity(), self._by_resource()])
        denied = any(side.denies for side in self._all())
        result = every([granted, None if denied else True])
        if result is False:
            return Decision(allowed=False, layer=self._refusing())
        deciding = self._allowing()
        return Decision(
            allowed=result,
            layer=deciding.layer,
            statement=next((i.statement for i in deciding.allows if i.certain), None),
            undecided=() if result else self._undecided(),
        )

    def _all(self) -> list[_Side]:
        return [side for side in (self.identity, self.boundary, self.resource) if side]

    def _by_identity(self) -> bool | None:
        needed = [self.identity.grants(), self._within_boundary()]
        if self.resource and (self.policy_is_required or not self.same_account):
            needed.append(self.resource.grants())
        return every(needed)

    def _by_resource(self) -> bool | None:
        """Return whether the policy of a resource in the caller's account allows by itself.

        The boundary limits what it allows to a role, but not what it allows to a session.
        """
        if not self.resource or not self.same_account:
            return False
        to_role = every([self.resource.grants(Naming.BY_ROLE), self._within_boundary()])
        return any_of([self.resource.grants(Naming.BY_SESSION), to_role])

    def _within_boundary(self) -> bool | None:
        return True if self.boundary is None else self.boundary.grants()

    def _refusing(self) -> Layer:
        """Return the layer without an Allow that AWS names."""
        if self.identity.grants() is False:
            return Layer.IDENTITY
        return Layer.BOUNDARY if self._within_boundary() is False else Layer.RESOURCE

    def _allowing(self) -> _Side:
        if self._by_identity() is False and self.resource:
            return self.resource
        return self.identity

    def _undecided(self) -> tuple[Statement, ...]:
        items = [item for side in self._all() for item in (*side.denies, *side.allows)]
        return tuple(item.statement for item in items if item.certain is None)
