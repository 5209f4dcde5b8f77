"""Values that the shell completes: environments, concerns, secrets."""

from collections.abc import Iterable
from pathlib import Path

import click

from tidegen.errors import TidegenError


def environment_names(context: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """Return the environment files whose names begin as typed; none outside a project."""
    from tidegen.environments import find_project, names

    try:
        return _beginning(names(find_project(_directory(context))), typed)
    except TidegenError:
        return []


def account_names(context: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """Return the account files whose names begin as typed."""
    from tidegen.contract import Scope
    from tidegen.environments import find_project, read_all

    try:
        files, _problems = read_all(find_project(_directory(context)))
    except TidegenError:
        return []
    return _beginning((file.name for file in files if file.scope == Scope.ACCOUNT), typed)


def concern_names(context: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """Return the concerns whose names begin as typed, but for those already given."""
    from tidegen.concerns import discovered_concerns

    given = context.params.get("names") or ()
    return _beginning((c.name for c in discovered_concerns() if c.name not in given), typed)


def secret_names(_context: click.Context, _: click.Parameter, typed: str) -> list[str]:
    """Return the chart's secrets whose names begin as typed."""
    from tidegen.chart.secrets import CHART_SECRETS

    return _beginning(CHART_SECRETS, typed)


def _directory(context: click.Context) -> Path:
    """Return the folder of -C; the groups' own functions do not run for a completion."""
    return Path(context.find_root().params.get("directory") or ".").resolve()


def _beginning(names: Iterable[str], typed: str) -> list[str]:
    return sorted(name for name in names if name.startswith(typed))
