"""Importing from the command line: plan, confirmation, roots that must stand, imports."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import click

from tidegen.cli.commands.preflighting import check_account
from tidegen.cli.common import echo_json
from tidegen.cli.confirm import confirm
from tidegen.cli.progress import detachable, watcher
from tidegen.cli.session import Session
from tidegen.deployment.executor import execute
from tidegen.deployment.imports.run import execute_import
from tidegen.deployment.reading.imports import import_plan, roots_first
from tidegen.deployment.reading.preflight import find_candidates
from tidegen.errors import InputError, Problem, RefusedError
from tidegen.planning.importing import ImportPlan
from tidegen.planning.model import Plan, StackAddress
from tidegen.planning.preflight import Candidate
from tidegen.reporting.imports import import_data, import_text

RequestedImports = Mapping[str, str]


def asked_for(texts: Sequence[str]) -> dict[str, str]:
    """Path → identifier of `PATH=IDENTIFIER`; raises InputError for other forms."""
    parts = {text: text.partition("=") for text in texts}
    wrong = [text for text, (path, _, identifier) in parts.items() if not (path and identifier)]
    if wrong:
        raise InputError.of(Problem(text, "does not read PATH=IDENTIFIER") for text in wrong)
    return {path: identifier for path, _, identifier in parts.values()}


def found_candidates(session: Session, name: str) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """What could be imported, and what could not be looked for."""
    from tidegen.aws.inspection import inspect

    return find_candidates(session.plan(name), session.connect, inspect)


def import_resources(
    session: Session, name: str, requested: RequestedImports, *, yes: bool, as_json: bool
) -> None:
    """Show what is imported, ask, and import; exits 1 where it is declined."""
    plan = session.plan(name)
    if plan.missing:
        raise RefusedError(*map(str, plan.missing))
    shown = import_plan(plan, requested, session.connect)
    first = [s.address for item in shown.imports for s in roots_first(plan, item.address)]
    if as_json:
        echo_json(import_data(shown, first))
    else:
        click.echo(import_text(shown, first))
    confirm(name, "import", yes=yes or not shown.adoptions)
    for address in dict.fromkeys(item.address for item in shown.imports):
        _import_into(session, name, address, requested)
    again = f"'tidegen plan --env {name}' shows what a deploy changes now"
    click.echo(f"imported {len(shown.adoptions)} resources; {again}", err=True)


def _import_into(
    session: Session, name: str, address: StackAddress, requested: RequestedImports
) -> None:
    """The imports into one root, planned anew: what came before may have given it values."""
    plan = _with_earlier_roots(session, name, address)
    found = import_plan(plan, requested, session.connect)
    own = ImportPlan(name, tuple(item for item in found.imports if item.address == address))
    with detachable(name, goes_on=not session.own_engine), watcher() as watch:
        execute_import(plan, own, session.connect, emit=watch)


def _with_earlier_roots(session: Session, name: str, address: StackAddress) -> Plan:
    """The plan once the roots before `address` stand, where that one does not and needs them."""
    plan = session.plan(name)
    steps = roots_first(plan, address)
    if not steps:
        return plan
    part = replace(plan, steps=steps)
    check_account(session, part)
    with detachable(name, goes_on=not session.own_engine), watcher() as watch:
        # Asked for with the import, whose plan names them.
        execute(part, session.connect, approve=lambda _: True, emit=watch)
    return session.plan(name)
