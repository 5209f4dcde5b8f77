"""Import existing secrets into the environment's stack, promoting replicas first."""

import click

from tidegen.cli.commands.importing import ImportOptions, import_resources, importable_resources
from tidegen.cli.confirm import confirm
from tidegen.cli.session import Session, require_prerequisites
from tidegen.errors import Problem, RefusedError
from tidegen.planning.ownership import require_owned
from tidegen.planning.preflight import Candidate
from tidegen.planning.preflight.names import SECRET_TYPE


def adopt(session: Session, name: str, *, yes: bool) -> None:
    """List the secrets to promote and import, ask, then do it; exit 1 if declined.

    Raises RefusedError before any change if a secret is scheduled for deletion, or if secrets
    cannot be listed.
    """
    secrets = _secrets(session, name)
    if not secrets:
        click.echo(f"{name}: no secrets to adopt", err=True)
        return
    for item in secrets:
        promotion = f"promote (replica from {item.replica_of}), " if item.replica_of else ""
        click.echo(f"  {item.path}  {promotion}import")
    confirm(name, "adopt", yes=yes)
    cloud = session.connect(session.target(name).place())
    for item in secrets:
        if item.replica_of:
            cloud.promote_secret(item.identifier)
    requested = {item.path: item.identifier for item in secrets}
    import_resources(session, name, requested, ImportOptions(yes=True))


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
