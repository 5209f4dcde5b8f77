"""The parsing of a command line: two options that say different things are refused."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import click


class Command(click.Command):
    """A command that refuses a repeated option, and two options of one value.

    click takes the last of them silently. Flags, and options that take several values, are repeated
    without harm.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; raise UsageError for options that exclude each other."""
        if not ctx.resilient_parsing:
            _, _, given = self.make_parser(ctx).parse_args(list(args))
            problem = _problem([param for param in given if isinstance(param, click.Option)])
            if problem:
                raise click.UsageError(problem, ctx)
        return super().parse_args(ctx, args)


def exclusive(*names: str) -> str:
    """Return the message for options that exclude each other."""
    return f"{' and '.join(names)} exclude each other; give one"


def _problem(given: Sequence[click.Option]) -> str | None:
    """Return why the options of a command line, in its order, are refused; None if they are not."""
    for option, times in Counter(given).items():
        if times > 1 and not (option.multiple or option.is_flag):
            return f"{option.opts[0]} is given more than once; give it once"
    return next(_excluding(dict.fromkeys(given)), None)


def _excluding(given: Iterable[click.Option]) -> Iterator[str]:
    """Yield a message for each two options of one value."""
    return (
        exclusive(first.opts[0], second.opts[0])
        for first, second in combinations(given, 2)
        if first.name == second.name
    )
