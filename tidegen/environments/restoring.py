"""An environment's file as it is after its region was lost: the same environment in another one."""

from pydantic import TypeAdapter, ValidationError

from tidegen.environments.model import EnvironmentFile, File
from tidegen.environments.types import Region, partition
from tidegen.errors import InputError, Problem


def restored_in(file: File, region: str | None = None) -> EnvironmentFile:
    """Return the file for its recovery region, or for `region`: without recovery and shared.

    Raises InputError for a file without one, and for a region that it has already.
    """
    where = f"environments/{file.name}.yaml"
    if not isinstance(file, EnvironmentFile):
        raise InputError(Problem(where, f"is of scope {file.scope}; name a file of an environment"))
    recovery = file.recovery
    target = region or (recovery.region if recovery else None)
    if target is None:
        problem = "has no recovery region; add recovery:, or give --region"
        raise InputError(Problem(where, problem))
    _check(target, file.region)
    zones = tuple(zone.replace(file.region, target) for zone in file.network.zones)
    cidr = recovery.cidr if recovery and recovery.cidr else file.network.cidr
    network = file.network.model_copy(update={"zones": zones, "cidr": cidr})
    changed = {"region": target, "recovery": None, "shared": None, "network": network}
    return file.model_copy(update=changed)


def _check(region: str, own: str) -> None:
    """Raise InputError for a region that the environment cannot be restored in."""
    try:
        TypeAdapter(Region).validate_python(region)
    except ValidationError:
        raise InputError(Problem("--region", f"'{region}' is no region of AWS")) from None
    if region == own:
        raise InputError(Problem("--region", f"{region} is the environment's own; name another"))
    if partition(region) != partition(own):
        raise InputError(Problem("--region", f"{region} is in another partition than {own}"))
