"""Convert environment files into targets and their parameter values."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tidegen.contract import RegionChoice, Scope, roots_of
from tidegen.planning.model import Credentials
from tidegen.planning.steps import Target

if TYPE_CHECKING:
    from tidegen.proof.platform import Member


def target_of(environment: Any, files: Sequence[Any]) -> Target:
    """Return the target of one file; `files` are all of the project's, for its references."""
    shared_name = getattr(environment, "shared", None)
    shared = next((file for file in files if file.name == shared_name), None)
    recovery = getattr(environment, "recovery", None)
    credentials = environment.credentials
    return Target(
        name=environment.name,
        project=environment.project,
        scope=Scope(environment.scope),
        account=environment.account,
        region=environment.region,
        home_region=_home_region(environment, files),
        recovery_region=recovery.region if recovery else None,
        shared=target_of(shared, files) if shared else None,
        protected=bool(getattr(environment, "protected", False)),
        credentials=Credentials(
            getattr(credentials, "profile", None), getattr(credentials, "role", None)
        ),
    )


def _home_region(environment: Any, files: Sequence[Any]) -> str:
    """Return the region whose account file owns the account's global resources."""
    owners = (
        file.region
        for file in files
        if file.account == environment.account and getattr(file, "home_region", False)
    )
    return str(next(owners, environment.region))


def values_of(environment: Any, files: Sequence[Any]) -> dict[Scope, dict[str, str]]:
    """Return dotted field → parameter text, for every scope of the file's roots."""
    from tidegen.environments import parameter_values

    return {scope: parameter_values(environment, scope, files) for scope in _scopes(environment)}


def members_of(project: Path, files: Sequence[Any]) -> "list[Member]":
    """Return the members of the platform: each file with its templates, without assets."""
    from tidegen.cli.common import template_folder
    from tidegen.deployment.reading.planner import Release
    from tidegen.proof.platform import Member

    return [
        Member(
            target=target_of(file, files),
            values=values_of(file, files),
            release=Release(file.release, template_folder(project, file.release), None),
        )
        for file in files
    ]


def _scopes(environment: Any) -> tuple[Scope, ...]:
    scopes = roots_of(Scope(environment.scope))
    replicated = getattr(environment, "recovery", None)
    return tuple(s for s in scopes if s.region is not RegionChoice.RECOVERY or replicated)
