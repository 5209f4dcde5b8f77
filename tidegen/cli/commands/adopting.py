"""Secrets that exist already become members of the environment's stack, replicas first promoted."""

import click

from tidegen.cli.commands.importing import found_candidates, import_resources
from tidegen.cli.confirm import confirm
from tidegen.cli.session import Session
from tidegen.errors import Problem, RefusedError
from tidegen.planning.preflight import Candidate
from tidegen.planning.preflight.names import SECRET_TYPE


def adopt(session: Session, name: str, *, yes: bool) -> None:
    """Show what is promoted and imported, ask, do it; exits 1 where it is declined.

    Raises RefusedError before anything is changed where a secret is deleted, or none can be looked
    for.
    """
    found = _secrets(session, name)
    if not found:
        click.echo(f"{name}: no secret waits to be adopted", err=True)
        return
    for item in found:
        of = f"to promote, a replica of {item.replica_of}'s; then " if item.replica_of else ""
        click.echo(f"  {item.path}  {of}to import")
    confirm(name, "adopt", yes=yes)
    cloud = session.connect(session.target(name).place())
    for item in found:
        if item.replica_of:
            cloud.promote_secret(item.identifier)
    import_resources(
        session, name, {item.path: item.identifier for item in found}, yes=True, as_json=False
    )


def _secrets(session: Session, name: str) -> list[Candidate]:
    plan = session.plan(name)
    if plan.missing:
        raise RefusedError(*map(str, plan.missing))
    candidates, unknown = found_candidates(session, name)
    found = [item for item in candidates if item.type == SECRET_TYPE]
    refused = [Problem(item.path, item.note) for item in found if not item.identifier]
    refused += [Problem(name, f"not looked for: {text}") for text in unknown if "secrets" in text]
    if refused:
        raise RefusedError(*refused)
    return found
