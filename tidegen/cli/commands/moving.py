"""Move resources from the command line, before the deploy: show, confirm, execute."""

from collections.abc import Collection

import click

from tidegen.cli.confirm import confirm
from tidegen.cli.session import Session
from tidegen.counting import counted
from tidegen.deployment.imports.moving import execute_moves, planned_moves
from tidegen.planning.model import Plan
from tidegen.planning.moving import Move


def move_resources(
    session: Session, plan: Plan, logical_ids: Collection[str], *, yes: bool, as_json: bool
) -> None:
    """Move the requested resources to their new stack or logical id; exit 1 if declined."""
    moves = planned_moves(plan, logical_ids, session.connect)
    name = plan.environment
    if not as_json:
        lines = [_move_text(move) for _, items in moves for move in items]
        click.echo(
            "\n".join([f"{name}: {counted(len(lines), 'resource')} to move, unchanged", *lines])
        )
    if not moves:
        return
    confirm(name, "move", yes=yes)
    with session.watching(name, as_json=as_json) as watch:
        execute_moves(plan, moves, session.connect, emit=watch)


def _move_text(move: Move) -> str:
    origin = f"from {move.old}" if move.old else "move already begun"
    return f"  > {move.new}  {move.type}  {move.identifier}  {origin}"
