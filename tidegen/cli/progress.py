"""Print live progress: lines on standard error, a tree below them on a terminal; or JSON lines."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import click

from tidegen.cli.common import echo_json_line
from tidegen.cli.signals import is_end_of_input, signal_code, signal_name
from tidegen.cli.stopping import Stopping
from tidegen.deployment.events import Attached, Event, Executing, Outcome, Progress
from tidegen.errors import TidegenError
from tidegen.reporting import style
from tidegen.reporting.events import event_data, event_text
from tidegen.reporting.progress import Board
from tidegen.reporting.stopped import Ledger


def watcher(*, as_json: bool = False) -> "Watcher":
    """Return the watcher for the output: JSON lines, a live tree on a terminal, or plain lines."""
    if as_json:
        return JsonLines()
    can_draw = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return Tree() if can_draw else Lines()


class Watcher:
    """Prints deployment events; a context manager that restores the terminal on exit."""

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Restore the terminal, after an error too."""
        self.hold()

    def __call__(self, event: Event) -> None:
        """Print one event."""
        raise NotImplementedError

    def hold(self) -> None:
        """Stop drawing, so that a question can be asked."""


class JsonLines(Watcher):
    """One JSON object for each event, on standard output."""

    def __call__(self, event: Event) -> None:
        """Print the event."""
        echo_json_line(event_data(event))


class Lines(Watcher):
    """One line for each event that is worth keeping in a log."""

    def __init__(self) -> None:
        self.board = Board(clock=time.monotonic)

    def __call__(self, event: Event) -> None:
        """Print the event's line, if it has one."""
        match event:
            case Executing() | Attached():
                self.board = Board(clock=time.monotonic, expected=event.expected)
            case Progress():
                self.board.add(event.event)
        text = event_text(event, self.board)
        if text:
            self.line(text)

    def line(self, text: str) -> None:
        """Print one line."""
        click.echo(text, err=True)


class Tree(Lines):
    """The lines, and below them the stacks in progress: resources, elapsed time, estimate."""

    def __init__(self) -> None:
        super().__init__()
        self.live: Any = None

    def __call__(self, event: Event) -> None:
        """Print the event's line and redraw the tree."""
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
        from rich.text import Text

        table = Table(box=None, pad_edge=False, show_header=False)
        for stack, status, counts, elapsed in self.board.rows():
            table.add_row(f"  {stack}", Text(status, style=_colour(status)), elapsed, counts)
        return table


def _colour(status: str) -> str:
    if style.is_failure(status):
        return "red"
    return "green" if status.endswith("_COMPLETE") else "cyan"


class Noting(Watcher):
    """Another watcher, and a ledger of what AWS was asked for.

    A reader that goes away does not stop an operation that has begun.
    """

    def __init__(self, shown: Watcher) -> None:
        self.shown, self.ledger = shown, Ledger()
        self.lost = False

    def __call__(self, event: Event) -> None:
        """Note the event, then show it."""
        self.ledger.note(event)
        if self.lost:
            return
        try:
            self.shown(event)
        except OSError:
            if not self.ledger.begun:
                raise
            self.lost = True

    def hold(self) -> None:
        """Stop drawing."""
        if not self.lost:
            self.shown.hold()


@contextmanager
def watching(name: str, *, continues: bool, as_json: bool = False) -> Iterator[Watcher]:
    """Yield the watcher of an operation; if it stops early, print what is in progress in AWS.

    `continues` is whether the operation outlives this process.
    """
    watch = Noting(watcher(as_json=as_json))
    try:
        with watch:
            yield watch
    except (KeyboardInterrupt, click.Abort) as error:
        stopping = Stopping(name, continues=continues, as_json=as_json)
        stopping.echo(watch.ledger, signal_name(error))
        if is_end_of_input(error):
            raise
        raise click.exceptions.Exit(signal_code(error)) from None
    except OSError:
        Stopping(name, continues=continues, as_json=as_json).echo(watch.ledger, "SIGPIPE")
        raise
    except TidegenError as error:
        stopping = Stopping(name, continues=continues, as_json=as_json)
        stopping.echo_failure(watch.ledger, error)
        raise
