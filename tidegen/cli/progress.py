"""Live progress on standard error: lines, on a terminal with a tree below; or JSON lines."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import click

from tidegen.cli.common import echo_json_line
from tidegen.deployment.events import Attached, Event, Executing, Outcome, Progress
from tidegen.reporting import style
from tidegen.reporting.events import event_data, event_text
from tidegen.reporting.progress import Board


def watcher(*, as_json: bool = False) -> "Watcher":
    """What shows deployment's events: JSON lines, a live tree on a terminal, or plain lines."""
    if as_json:
        return JsonLines()
    can_draw = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return Tree() if can_draw else Lines()


class Watcher:
    """Takes deployment's events; as a context manager it leaves the terminal as it was."""

    def __enter__(self) -> Self:
        """Begin watching."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Restore the terminal, also after an error."""
        self.hold()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        raise NotImplementedError

    def hold(self) -> None:
        """Leave the terminal alone, for a question."""


class JsonLines(Watcher):
    """One JSON object an event on standard output."""

    def __call__(self, event: Event) -> None:
        """Print the event."""
        echo_json_line(event_data(event))


class Lines(Watcher):
    """One line for each event that a person wants to read later."""

    def __init__(self) -> None:
        self.board = Board(time.monotonic)

    def __call__(self, event: Event) -> None:
        """Print the event's line, if it has one."""
        match event:
            case Executing() | Attached():
                self.board = Board(time.monotonic, event.expected)
            case Progress():
                self.board.add(event.event)
        text = event_text(event, self.board)
        if text:
            self.line(text)

    def line(self, text: str) -> None:
        """Print one line."""
        click.echo(text, err=True)


class Tree(Lines):
    """The lines, and below them the stacks at work: resources, elapsed time, estimate."""

    def __init__(self) -> None:
        super().__init__()
        self.live: Any = None

    def __call__(self, event: Event) -> None:
        """Print the line and redraw the tree."""
        super().__call__(event)
        if isinstance(event, Outcome):
            self.hold()
        elif isinstance(event, Executing | Attached | Progress):
            self._draw()

    def line(self, text: str) -> None:
        """Print one line above the tree."""
        if self.live is None:
            click.echo(text, err=True)
        else:
            from rich.text import Text

            self.live.console.print(Text.from_ansi(text), highlight=False, soft_wrap=True)

    def hold(self) -> None:
        """Remove the tree."""
        if self.live is not None:
            self.live.stop()
            self.live = None

    def _draw(self) -> None:
        if self.live is None:
            from rich.console import Console
            from rich.live import Live

            # rich redraws it four times a second, so that the times advance between events.
            console = Console(stderr=True, no_color=not style.is_coloured())
            self.live = Live(get_renderable=self._tree, console=console, transient=True)
            self.live.start()

    def _tree(self) -> Any:
        from rich.table import Table

        table = Table(box=None, pad_edge=False, show_header=False)
        for stack, status, counts, elapsed in self.board.rows():
            table.add_row(f"  {stack}", f"[{_colour(status)}]{status}[/]", elapsed, counts)
        return table


def _colour(status: str) -> str:
    if style.is_failure(status):
        return "red"
    return "green" if status.endswith("_COMPLETE") else "cyan"


@contextmanager
def detachable(name: str, *, goes_on: bool) -> Iterator[None]:
    """Ctrl-C inside the block stops the watching, never the deploy; say how to follow it again."""
    try:
        yield
    except KeyboardInterrupt:
        again = f"tidegen status --env {name} --follow; the same command run again follows it too"
        hint = f"it goes on: {again}" if goes_on else "the local engine ends with this command"
        click.echo(f"stopped watching {name}; {hint}", err=True)
        raise click.exceptions.Exit(130) from None
