"""Moves from the command line: shown, confirmed, carried over before the ordinary deploy."""

from collections.abc import Collection

import click

from tidegen.cli.common import is_typed
from tidegen.cli.progress import detachable, watcher
from tidegen.cli.session import Session
from tidegen.deployment.imports.moving import execute_moves, planned_moves
from tidegen.planning.model import Plan
from tidegen.planning.moving import Move


def carry_over(
    session: Session, plan: Plan, asked: Collection[str], *, yes: bool, as_json: bool
) -> None:
    """Carry what is asked for over to where it stands now; exits 1 where that is declined."""
    moves = planned_moves(plan, asked, session.connect)
    name = plan.environment
    if not as_json:
        lines = [_move_text(move) for _, items in moves for move in items]
        click.echo("\n".join([f"{name}: {len(lines)} resources to carry over, unchanged", *lines]))
    if not moves:
        return
    if not (yes or is_typed(name, "move")):
        click.echo("declined; nothing was changed", err=True)
        raise click.exceptions.Exit(1)
    with (
        detachable(name, goes_on=not session.own_engine),
        watcher(as_json=as_json) as watch,
    ):
        execute_moves(plan, moves, session.connect, emit=watch)


def _move_text(move: Move) -> str:
    origin = f"from {move.old}" if move.old else "on its way already"
    return f"  > {move.new}  {move.type}  {move.identifier}  {origin}"
