"""The page of the commands: their help, as the terminal shows it."""

from collections.abc import Iterator

import click

from docs.build.markdown import fence
from tidegen.cli import COMMANDS, cli

_HEAD = """# Commands

All commands exit with the same [codes](../exit-codes.md); with `--json` an error is JSON too."""


def commands_page() -> str:
    """Return a section for each command."""
    parts = [_HEAD]
    for path, command in _walk(cli, ("tidegen",)):
        context = click.Context(
            command, info_name=" ".join(path), terminal_width=88, **cli.context_settings
        )
        parts.append(f"## {' '.join(path)}\n\n{fence('text', command.get_help(context))}")
    return "\n\n".join(parts) + "\n"


def _walk(
    command: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        names = COMMANDS if command is cli else command.list_commands(context)
        for name in names:
            member = command.get_command(context, name)
            if member is not None:
                yield from _walk(member, (*path, name))
