"""Groups of commands; those of the command line are imported only when they run."""

import re
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from keyword import iskeyword
from pathlib import Path
from typing import Any

import click

from tidegen.cli.parsing import Command

_FIRST_SENTENCE = re.compile(
    r'^def command\(.*?^    """(.+?\.)(?=\s|""")', re.DOTALL | re.MULTILINE
)


class Group(click.Group):
    """A group whose help has the whole first sentence of each command; click's ends in dots."""

    command_class = Command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.summary(name)) for name in self.list_commands(ctx)])

    def summary(self, name: str) -> str:
        """Return the first sentence of a command's help."""
        text = " ".join((self.commands[name].help or "").split())
        return text.partition(". ")[0].rstrip(".") + "."


class LazyGroup(Group):
    """Commands by name, each from the module of `package` that has its name.

    A name that Python reserves has an underscore added: `import` is the module `import_`.
    """

    def __init__(self, *args: Any, names: Sequence[str], package: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.names = names
        self.package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in their given order."""
        return list(self.names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command; None for an unknown name."""
        if cmd_name not in self.names:
            return None
        command = import_module(f"{self.package}.{_module_name(cmd_name)}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name; fail on a misspelt one with the closest."""
        if args and not args[0].startswith("-") and args[0] not in self.names:
            from difflib import get_close_matches

            close = get_close_matches(args[0], self.names, n=1)
            hint = f"; did you mean '{close[0]}'?" if close else "; see 'tidegen --help'"
            ctx.fail(f"no command '{args[0]}'{hint}")
        return super().resolve_command(ctx, args)

    def summary(self, name: str) -> str:
        """Return the first sentence of a command's docstring, read from its source.

        Importing all commands would take longer than the rest of `--help`.
        """
        path = self._folder / f"{_module_name(name)}.py"
        match = _FIRST_SENTENCE.search(path.read_text(encoding="utf-8"))
        assert match is not None, path
        return " ".join(match[1].split())

    @cached_property
    def _folder(self) -> Path:
        spec = find_spec(self.package)
        assert spec is not None
        assert spec.submodule_search_locations is not None
        return Path(spec.submodule_search_locations[0])


def _module_name(command: str) -> str:
    return f"{command}_" if iskeyword(command) else command
