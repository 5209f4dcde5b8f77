"""Which root stacks an environment consists of, in which order, and what must stand before."""

from dataclasses import dataclass

from tidegen.contract.scopes import RegionChoice, Scope, roots_of
from tidegen.planning.model import AMBIENT, Credentials, Place, Prerequisite, StackAddress


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
        """Return the account in `region`, by default the target's own."""
        return Place(self.account, region or self.region, self.credentials)


def locate(target: Target, scope: Scope, region: str) -> StackAddress | None:
    """Where a step of `target` in `region` finds the root of `scope`; None if there is none."""
    if scope is Scope.SHARED and target.scope is not Scope.SHARED:
        return locate(target.shared, scope, target.shared.region) if target.shared else None
    place = _region_of(target, scope, region)
    if place is None:
        return None
    return StackAddress(target.place(place), scope.stack_name(target.project, target.name), scope)


def _region_of(target: Target, scope: Scope, region: str) -> str | None:
    return {
        RegionChoice.FILE: target.region,
        RegionChoice.HOME: target.home_region,
        RegionChoice.RECOVERY: target.recovery_region,
        RegionChoice.EACH: region,
    }[scope.region]


def steps_of(target: Target) -> tuple[StackAddress, ...]:
    """Return the root stacks that deploying `target` takes, first to last."""
    at_home = target.region == target.home_region
    addresses = (
        locate(target, scope, target.region)
        for scope in roots_of(target.scope)
        if at_home or target.scope is not Scope.ACCOUNT or scope.region is not RegionChoice.HOME
    )
    return tuple(address for address in addresses if address is not None)


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
        regional = [s for s in roots_of(Scope.ACCOUNT) if s.region is RegionChoice.EACH]
        needed += [(scope, region, own) for region in regions for scope in regional]
        if target.shared is not None:
            deploy = f"tidegen deploy --env {target.shared.name}"
            needed.append((Scope.SHARED, target.region, deploy))
    located = [(locate(target, scope, region), command) for scope, region, command in needed]
    return tuple(Prerequisite(address, command) for address, command in located if address)
