"""Live progress: a line a stack, and on a terminal a spinner with the latest event."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any

import click

from tidegen.deployment import (
    Attached,
    Event,
    Executing,
    Outcome,
    Progress,
    Protected,
    Recovering,
    StepStarted,
    Uploaded,
)


class Watcher(AbstractContextManager["Watcher"]):
    """Takes deployment's events and shows them on standard error."""

    def __init__(self) -> None:
        from rich.console import Console

        self.console = Console(stderr=True, highlight=False)
        self.status: Any = None
        self.started = time.monotonic()
        self.resources: set[str] = set()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Take the spinner away, whatever happened."""
        self._stop()

    def __call__(self, event: Event) -> None:  # noqa: C901 - one case an event, nothing nested
        """Show one event."""
        match event:
            case StepStarted(address, number, total):
                self.started, self.resources = time.monotonic(), set()
                self._line(f"[{number}/{total}] {address}")
            case Uploaded(_, bucket, keys, size):
                self._line(f"  uploaded {len(keys)} objects, {size} bytes, to {bucket}")
            case Attached(_, status):
                self._line(f"  {status} already: following")
            case Recovering(_, status, what):
                self._line(f"  {status}: {what}")
            case Executing(_, kind):
                self._spin(f"{kind} under way")
            case Protected(_, stacks):
                self._line(f"  stack policy on {stacks} stacks")
            case Progress():
                self._progress(event)
            case Outcome():
                self._stop()
                self._line(f"  {event.result}{self._figures()}")

    def _progress(self, progress: Progress) -> None:
        event = progress.event
        if event.is_own and not event.status.endswith("IN_PROGRESS"):
            self._line(f"  {event.status:<22} {event.path or event.logical_id}  {self._elapsed()}")
        elif "FAILED" in event.status:
            self._line(f"  {event.status:<22} {event.path}: {event.reason}")
        elif event.status.endswith("COMPLETE"):
            self.resources.add(event.path)
        self._spin(f"{len(self.resources)} resources, {self._elapsed()}  {event.path}")

    def _figures(self) -> str:
        count = f" {len(self.resources)} resources" if self.resources else ""
        return f"{count} in {self._elapsed()}"

    def _elapsed(self) -> str:
        return f"{time.monotonic() - self.started:.1f} s"

    def _line(self, text: str) -> None:
        self.console.print(text, markup=False, soft_wrap=True)

    def _spin(self, text: str) -> None:
        if not self.console.is_terminal:
            return
        if self.status is None:
            self.status = self.console.status("")
            self.status.start()
        from rich.text import Text

        self.status.update(Text(text))

    def _stop(self) -> None:
        if self.status is not None:
            self.status.stop()
            self.status = None


@contextmanager
def detachable(name: str, *, goes_on: bool) -> Iterator[None]:
    """Ctrl-C inside the block stops the watching, never the deploy; say how to follow it again."""
    try:
        yield
    except KeyboardInterrupt:
        again = f"tidegen status --env {name}; the deploy command run again follows it"
        hint = f"it goes on: {again}" if goes_on else "the local engine ends with this command"
        click.echo(f"stopped watching {name}; {hint}", err=True)
        raise click.exceptions.Exit(130) from None
