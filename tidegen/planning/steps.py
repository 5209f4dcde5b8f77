"""The root stacks of an environment in order, and their prerequisites."""

from dataclasses import dataclass

from tidegen.contract import RegionChoice, Scope, roots_of
from tidegen.planning.model import AMBIENT, Credentials, Place, Prerequisite, StackAddress
from tidegen.planning.ownership import Owner


@dataclass(frozen=True, kw_only=True)
class Target:
    """The data of an environment file that planning needs, independent of the file's model.

    `home_region` is the region with the account's identity root; `shared` is the target whose
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
    """Return the address of the root of `scope` for a step in `region`; None if there is none."""
    if scope is Scope.SHARED and target.scope is not Scope.SHARED:
        return locate(target.shared, scope, target.shared.region) if target.shared else None
    place = _region_of(target, scope, region)
    if place is None:
        return None
    return StackAddress(target.place(place), scope.stack_name(target.project, target.name), scope)


def locate_in_recovery(target: Target, scope: Scope) -> StackAddress | None:
    """Return the address of the root of `scope` in the recovery region; None if there is none."""
    region = target.recovery_region
    return locate(target, scope, region) if region else None


def _region_of(target: Target, scope: Scope, region: str) -> str | None:
    return {
        RegionChoice.FILE: target.region,
        RegionChoice.HOME: target.home_region,
        RegionChoice.RECOVERY: target.recovery_region,
        RegionChoice.EACH: region,
    }[scope.region]


def steps_of(target: Target) -> tuple[StackAddress, ...]:
    """Return the root stacks that a deploy of `target` consists of, in order."""
    at_home = target.region == target.home_region
    addresses = (
        locate(target, scope, target.region)
        for scope in roots_of(target.scope)
        if at_home or target.scope is not Scope.ACCOUNT or scope.region is not RegionChoice.HOME
    )
    return tuple(address for address in addresses if address is not None)


def prerequisites_of(target: Target) -> tuple[Prerequisite, ...]:
    """Return the roots that `target` requires, and the command that deploys each."""
    own = f"tidegen bootstrap --env {target.name}"
    needed: list[tuple[Scope, str, str]] = []
    if target.scope is not Scope.ACCOUNT:
        regions = [target.region, *([target.recovery_region] if target.recovery_region else [])]
        # Outside the home region the identity stack is not read, as its region may be lost: its
        # resources are global and known by name. Preflight asks IAM whether they exist.
        if target.region == target.home_region:
            needed.append((Scope.IDENTITY, target.region, own))
        regional = [s for s in roots_of(Scope.ACCOUNT) if s.region is RegionChoice.EACH]
        needed += [(scope, region, own) for region in regions for scope in regional]
        if target.shared is not None:
            deploy = f"tidegen deploy --env {target.shared.name}"
            needed.append((Scope.SHARED, target.region, deploy))
    located = [(locate(target, scope, region), command) for scope, region, command in needed]
    return tuple(Prerequisite(address, command) for address, command in located if address)


def owner_of(target: Target, scope: Scope) -> Owner:
    """Return the owner of the target's root of that scope, as the root's tags say.

    Identity and bootstrap are shared by all environments of an account.
    """
    if scope is Scope.ACCOUNT:
        return Owner(target.project, str(scope))
    if scope is Scope.SHARED and target.shared is not None:
        return Owner(target.project, target.shared.name)
    return Owner(target.project, "" if scope.is_account_wide else target.name)
