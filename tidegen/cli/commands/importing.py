"""Import from the command line: plan, confirmation, roots to deploy first, imports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import click

from tidegen.cli.commands.deploying import DeployOptions, deploy
from tidegen.cli.commands.preflighting import check_account
from tidegen.cli.common import echo_json
from tidegen.cli.confirm import confirm
from tidegen.cli.session import Session, require_prerequisites
from tidegen.counting import counted
from tidegen.deployment.executor import execute
from tidegen.deployment.imports.replacing import release_replaced
from tidegen.deployment.imports.run import execute_import
from tidegen.deployment.reading.imports import import_plan, roots_first
from tidegen.deployment.reading.preflight import find_candidates
from tidegen.errors import InputError, Problem
from tidegen.planning.importing import ImportPlan
from tidegen.planning.model import Plan, StackAddress
from tidegen.planning.ownership import require_owned
from tidegen.planning.preflight import Candidate
from tidegen.reporting.imports import import_data, import_text

RequestedImports = Mapping[str, str]


def parsed_requests(texts: Sequence[str]) -> dict[str, str]:
    """Return path → identifier from `PATH=IDENTIFIER`; raise InputError for other forms."""
    parts = {text: text.partition("=") for text in texts}
    wrong = [text for text, (path, _, identifier) in parts.items() if not (path and identifier)]
    if wrong:
        raise InputError.of(Problem(text, "is not of the form PATH=IDENTIFIER") for text in wrong)
    return {path: identifier for path, _, identifier in parts.values()}


def importable_resources(
    session: Session, name: str
) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """Return the resources that could be imported, and a reason for each search that failed."""
    from tidegen.aws.inspection import inspect

    return find_candidates(session.plan(name), session.connect, inspect)


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """Options of an import: confirmation, output form, replacement of what the stack has.

    `is_shown` is whether the plan is printed; a caller may have done so.
    """

    yes: bool = False
    as_json: bool = False
    replacing: bool = False
    taken_over: tuple[str, ...] = ()
    is_shown: bool = True


def import_resources(
    session: Session, name: str, requested: RequestedImports, options: ImportOptions
) -> None:
    """Show the imports, ask, and import; exit 1 if declined. A replacement ends with a deploy."""
    plan = session.plan(name, options.taken_over)
    require_owned(plan.foreign)
    require_prerequisites(plan)
    shown = import_plan(plan, requested, session.connect, replacing=options.replacing)
    first = [s.address for item in shown.imports for s in roots_first(plan, item.address)]
    if options.as_json:
        echo_json(import_data(shown, first))
    elif options.is_shown:
        click.echo(import_text(shown, first))
    confirm(name, "import", yes=options.yes or not shown.adoptions)
    with session.watching(name) as watch:
        release_replaced(plan, shown, session.connect, emit=watch)
    for address in dict.fromkeys(item.address for item in shown.imports):
        _import_into(session, name, address, requested, options)
    again = f"'tidegen plan --env {name}' shows what the next deploy changes"
    click.echo(f"imported {counted(len(shown.adoptions), 'resource')}; {again}", err=True)
    if options.replacing:
        given = DeployOptions(
            yes=options.yes, as_json=options.as_json, taken_over=options.taken_over
        )
        deploy(session, name, given)


def _import_into(
    session: Session,
    name: str,
    address: StackAddress,
    requested: RequestedImports,
    options: ImportOptions,
) -> None:
    """Import into one root, with a new plan: earlier imports may have provided its values."""
    plan = _with_earlier_roots(session, name, address, options)
    imports = import_plan(plan, requested, session.connect).imports
    own = ImportPlan(name, tuple(item for item in imports if item.address == address))
    with session.watching(name) as watch:
        execute_import(plan, own, session.connect, emit=watch)


def _with_earlier_roots(
    session: Session, name: str, address: StackAddress, options: ImportOptions
) -> Plan:
    """Deploy the roots that a missing root at `address` needs; return the plan afterwards."""
    plan = session.plan(name, options.taken_over)
    steps = roots_first(plan, address)
    if not steps:
        return plan
    part = replace(plan, steps=steps)
    check_account(session, part)
    with session.watching(name) as watch:
        # The user has confirmed them with the import, whose plan lists them.
        execute(part, session.connect, approve=lambda _: True, emit=watch)
    return session.plan(name, options.taken_over)
