"""The command line: the only place that prints, prompts and exits.

Each command is a module in `commands`, imported when it runs, so that `--help` takes hardly longer
than importing click.
"""

import os
import sys

import click

from tidegen import __version__
from tidegen.cli.ending import (
    Ending,
    discard_output,
    ending_of,
    json_requested,
    prepare_streams,
    report,
    wants_traceback,
)
from tidegen.cli.group import LazyGroup
from tidegen.cli.signals import handle_signals
from tidegen.reporting.style import colour

#: The commands, in the order of a day's work; the first sentence of each one's docstring is its
#: line in the help.
COMMANDS = (
    "init",
    "render",
    "lint",
    "prove",
    "release",
    "plan",
    "preflight",
    "deploy",
    "bootstrap",
    "import",
    "status",
    "drift",
    "secrets",
    "outputs",
    "list",
    "rollback",
    "destroy",
    "recovery",
    "rehearse",
    "schema",
    "local",
    "completion",
)

_EPILOG = """\b
Examples:
  tidegen render --check
  tidegen deploy --env development --local
  tidegen outputs --env production --json

\b
Exit codes:
  0 done, or yes
  1 refused, declined or failed, or no
  2 not known: bad usage or input, no access, AWS fails
  130 Ctrl-C; 129, 141, 143 other signals
"""


@click.group(
    cls=LazyGroup,
    names=COMMANDS,
    package="tidegen.cli.commands",
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("-C", "--directory", metavar="DIR", default=".", help="Run as if started in DIR.")
@click.version_option(__version__, message="tidegen %(version)s")
@click.pass_context
def cli(context: click.Context, directory: str) -> None:
    """Render and deploy one platform in many identical environments, with CloudFormation."""
    context.obj = directory


def main() -> None:
    """Run the command line, in colour where the environment allows it."""
    with colour(os.environ):
        sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    """Run the command line; print an error in one line, and return the exit code."""
    prepare_streams()
    handle_signals()
    try:
        code = cli.main(arguments, standalone_mode=False)
        _flush()
    except BaseException as error:
        ending = ending_of(error)
        if wants_traceback(ending):
            raise
        _report(ending, as_json=json_requested(arguments))
        return ending.code
    return code if isinstance(code, int) else 0


def _flush() -> None:
    """Write what is buffered, so that a full disk or a closed pipe is an error of the command."""
    if sys.stdout is not None:
        sys.stdout.flush()


def _report(ending: Ending, *, as_json: bool) -> None:
    """Print the error; streams that cannot be written are closed, so that Python stays silent."""
    try:
        report(ending, as_json=as_json)
        _flush()
    except (OSError, ValueError):
        discard_output()
