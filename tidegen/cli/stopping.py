"""Print the state of an operation that stops early: a signal, a closed pipe, an error."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import click

from tidegen.cli.common import echo_json_line
from tidegen.errors import DeploymentError, RefusedError, TidegenError
from tidegen.reporting.stopped import Ledger, Phase

_LOST = "the local engine ended with this command, and its state with it"


@dataclass(frozen=True)
class Stopping:
    """An operation on an environment that stops; `continues` is whether it outlives the command."""

    name: str
    continues: bool
    as_json: bool

    def echo(self, ledger: Ledger, reason: str) -> None:
        """Print the state of the operation; a stream that is closed does not get it."""
        if self.as_json:
            _echoed(echo_json_line, self._data(ledger, reason))
        _echoed(_echo_line, f"stopped {self.name} ({reason}): {self._text(ledger)}")

    def echo_failure(self, ledger: Ledger, error: TidegenError) -> None:
        """Print the outcome of the current root as JSON, and what goes on without this command."""
        if self.as_json and ledger.current:
            _echoed(echo_json_line, _outcome(ledger, error))
        unknown = error.exit_code != RefusedError.exit_code
        if unknown and self.continues and ledger.phase is not Phase.IDLE:
            _echoed(_echo_line, f"stopped {self.name}: {self._text(ledger)}")

    def _text(self, ledger: Ledger) -> str:
        if not self.continues:
            return _LOST
        return ledger.text(
            "run the same command again: it follows first, then does the rest "
            f"('tidegen status --env {self.name} --follow' only watches)"
        )

    def _data(self, ledger: Ledger, reason: str) -> dict[str, object]:
        head = {"event": "stopped", "environment": self.name, "reason": reason}
        return {**head, "continues": self.continues, **ledger.data()}


def _outcome(ledger: Ledger, error: TidegenError) -> dict[str, object]:
    """Return the outcome of a root whose operation an error ended."""
    if error.exit_code != RefusedError.exit_code:
        result = "unknown"
    else:
        result = "failed" if isinstance(error, DeploymentError) else "refused"
    problems = [str(problem) for problem in error.problems]
    return {
        "event": "outcome",
        "stack": ledger.current,
        "result": result,
        "outputs": {},
        "problems": problems,
    }


def _echo_line(text: str) -> None:
    click.echo(text, err=True)


def _echoed(echo: Callable[[Any], None], value: Any) -> None:
    """Call `echo`, unless its stream is closed."""
    with suppress(OSError):
        echo(value)
