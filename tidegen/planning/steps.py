"""Which root stacks an environment consists of, in which order, and what must stand before."""

from dataclasses import dataclass

from tidegen.contract import Scope
from tidegen.planning.model import AMBIENT, Credentials, Place, Prerequisite, StackAddress

_ACCOUNT_WIDE = (Scope.IDENTITY, Scope.BOOTSTRAP, Scope.ACCOUNT)


@dataclass(frozen=True)
class Target:
    """What planning knows of an environment file, whatever the file's model looks like.

    `home_region` is the region that holds the account's identity root; `shared` the target whose
    services this one uses.
    """

    name: str
    project: str
    scope: Scope
    account: str
    region: str
    home_region: str
    recovery_region: str | None = None
    shared: "Target | None" = None
    protected: bool = False
    credentials: Credentials = AMBIENT

    def place(self, region: str | None = None) -> Place:
        """The account in `region`, by default the target's own."""
        return Place(self.account, region or self.region, self.credentials)


def stack_name(project: str, scope: Scope, environment: str) -> str:
    """The name of a root stack; the environment's own root has no suffix."""
    if scope in _ACCOUNT_WIDE:
        return f"{project}-{scope}"
    if scope in (Scope.ENVIRONMENT, Scope.SHARED):
        return f"{project}-{environment}"
    return f"{project}-{environment}-{scope}"


def locate(target: Target, scope: Scope, region: str) -> StackAddress | None:
    """Where a step of `target` in `region` finds the root of `scope`; None if there is none."""
    if scope is Scope.SHARED and target.scope is not Scope.SHARED:
        return locate(target.shared, scope, target.shared.region) if target.shared else None
    place = _region_of(target, scope, region)
    if place is None:
        return None
    return StackAddress(target.place(place), stack_name(target.project, scope, target.name), scope)


def _region_of(target: Target, scope: Scope, region: str) -> str | None:
    if scope is Scope.IDENTITY:
        return target.home_region
    if scope is Scope.RECOVERY:
        return target.recovery_region
    return region if scope in (Scope.BOOTSTRAP, Scope.ACCOUNT) else target.region


def steps_of(target: Target) -> tuple[StackAddress, ...]:
    """The root stacks that deploying `target` takes, first to last."""
    if target.scope is Scope.ACCOUNT:
        at_home = target.region == target.home_region
        scopes = _ACCOUNT_WIDE if at_home else _ACCOUNT_WIDE[1:]
    elif target.scope is Scope.SHARED:
        scopes = (Scope.ACCESS, Scope.SHARED)
    else:
        scopes = (Scope.ACCESS, Scope.RECOVERY, Scope.ENVIRONMENT)
    found = [locate(target, scope, target.region) for scope in scopes]
    return tuple(address for address in found if address is not None)


def prerequisites_of(target: Target) -> tuple[Prerequisite, ...]:
    """What must stand before `target` can be deployed, and the command that makes each."""
    own = f"tidegen bootstrap --env {target.name}"
    needed: list[tuple[Scope, str, str]] = []
    if target.scope is not Scope.ACCOUNT:
        regions = [target.region, *([target.recovery_region] if target.recovery_region else [])]
        # Away from home the identity stack is not read, as its region may be lost: what it makes is
        # global and known by name. Whether that is there is preflight's question to IAM.
        if target.region == target.home_region:
            needed.append((Scope.IDENTITY, target.region, own))
        needed += [(s, region, own) for region in regions for s in _ACCOUNT_WIDE[1:]]
        if target.shared is not None:
            deploy = f"tidegen deploy --env {target.shared.name}"
            needed.append((Scope.SHARED, target.region, deploy))
    found = [(locate(target, scope, region), command) for scope, region, command in needed]
    return tuple(Prerequisite(address, command) for address, command in found if address)
