"""The command line: the only place that prints, prompts and exits.

Each command is a module in `commands`, imported when it runs, so that `--help` takes hardly longer
than importing click.
"""

import os
import sys

import click

from tidegen import __version__
from tidegen.cli.group import LazyGroup
from tidegen.reporting.style import colour, failed

#: The commands, in the order of a day's work; the first sentence of each one's docstring is its
#: line in the help.
COMMANDS = (
    "init",
    "render",
    "lint",
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
    "schema",
    "local",
    "completion",
)

_EPILOG = """\b
Examples:
  tidegen render --check
  tidegen deploy --env development --local
  tidegen outputs --env production --json
"""


@click.group(cls=LazyGroup, names=COMMANDS, package="tidegen.cli.commands", epilog=_EPILOG)
@click.option("-C", "--directory", metavar="DIR", default=".", help="Run as if started in DIR.")
@click.version_option(__version__, message="tidegen %(version)s")
@click.pass_context
def cli(context: click.Context, directory: str) -> None:
    """Render and deploy one platform in many identical environments, with CloudFormation."""
    context.obj = directory


def main() -> None:
    """Run the command line, in colour where the environment allows it."""
    with colour(os.environ):
        _run()


def _run() -> None:
    """Run the command line; map errors to one line each and an exit code.

    0 done, 1 refused, failed or differences, 2 bad usage or bad input, 130 interrupted.
    """
    try:
        sys.exit(cli.main(standalone_mode=False))
    except click.exceptions.Exit as exit_request:
        sys.exit(exit_request.exit_code)
    except click.ClickException as error:
        _show(error)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        from tidegen.errors import TidegenError  # needed for an error only

        if not isinstance(error, TidegenError):
            raise
        for problem in error.problems:
            click.echo(f"{failed('error:')} {problem}", err=True)
        sys.exit(error.exit_code)


def _show(error: click.ClickException) -> None:
    """Print the usage, if the command line was wrong, and the error like any other."""
    if isinstance(error, click.UsageError) and error.ctx:
        usage, path = error.ctx.get_usage(), error.ctx.command_path
        click.echo(f"{usage}\nTry '{path} --help' for help.\n", err=True)
    click.echo(f"{failed('error:')} {error.format_message()}", err=True)
