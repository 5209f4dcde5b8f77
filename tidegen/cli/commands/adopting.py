"""Import existing secrets into the environment's stack, promoting replicas first."""

from collections.abc import Sequence

import click

from tidegen.cli.commands.importing import ImportOptions, import_resources, importable_resources
from tidegen.cli.common import echo_json
from tidegen.cli.confirm import confirm
from tidegen.cli.session import Session, require_prerequisites
from tidegen.errors import Problem, RefusedError
from tidegen.planning.ownership import require_owned
from tidegen.planning.preflight import Candidate
from tidegen.planning.preflight.names import SECRET_TYPE


def adopt(session: Session, name: str, *, yes: bool, as_json: bool = False) -> None:
    """List the secrets to promote and import, ask, then do it; exit 1 if declined.

    Raises RefusedError before any change if a secret is scheduled for deletion, or if secrets
    cannot be listed.
    """
    secrets = _secrets(session, name)
    if not secrets:
        click.echo(f"{name}: no secrets to adopt", err=True)
        _echo_adopted(name, (), as_json=as_json)
        return
    for item in secrets:
        promotion = f"promote (replica from {item.replica_of}), " if item.replica_of else ""
        click.echo(f"  {item.path}  {promotion}import", err=as_json)
    confirm(name, "adopt", yes=yes)
    cloud = session.connect(session.target(name).place())
    for item in secrets:
        if item.replica_of:
            cloud.promote_secret(item.identifier)
    requested = {item.path: item.identifier for item in secrets}
    import_resources(session, name, requested, ImportOptions(yes=True, is_shown=not as_json))
    _echo_adopted(name, secrets, as_json=as_json)


def _echo_adopted(name: str, secrets: Sequence[Candidate], *, as_json: bool) -> None:
    """Print what was adopted, as one JSON document."""
    rows = [
        {
            "path": item.path,
            "identifier": item.identifier,
            "promoted_from": item.replica_of or None,
        }
        for item in secrets
    ]
    if as_json:
        echo_json({"environment": name, "adopted": rows})


def _secrets(session: Session, name: str) -> list[Candidate]:
    plan = session.plan(name)
    require_owned(plan.foreign)
    require_prerequisites(plan)
    candidates, unknown = importable_resources(session, name)
    secrets = [item for item in candidates if item.type == SECRET_TYPE]
    refused = [Problem(item.path, item.note) for item in secrets if not item.identifier]
    refused += [Problem(name, f"not searched: {text}") for text in unknown if "secrets" in text]
    if refused:
        raise RefusedError(*refused)
    return secrets
