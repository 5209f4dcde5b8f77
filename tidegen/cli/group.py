"""A group whose commands are imported only when they run."""

from importlib import import_module
from keyword import iskeyword
from typing import Any

import click


class LazyGroup(click.Group):
    """Commands by name from the modules of `package`, with help texts known beforehand.

    A name that Python keeps for itself, `import`, has its module under `import_`.
    """

    def __init__(self, *args: Any, commands_help: dict[str, str], package: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.commands_help = commands_help
        self.package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(self.commands_help)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None where there is none of that name."""
        if cmd_name not in self.commands_help:
            return None
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command = import_module(f"{self.package}.{module}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; a misspelt one is answered with the closest."""
        if args and not args[0].startswith("-") and args[0] not in self.commands_help:
            from difflib import get_close_matches

            close = get_close_matches(args[0], self.commands_help, n=1)
            hint = f"; did you mean '{close[0]}'?" if close else "; see 'tidegen --help'"
            ctx.fail(f"no command '{args[0]}'{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.commands_help.items()))
