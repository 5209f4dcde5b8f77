"""The command line: the only place that prints, prompts and exits.

Commands live in modules of their own and are imported when they run, so that `--help` costs hardly
more than importing click.
"""

import os
import sys

import click

from tidegen import __version__
from tidegen.cli.group import LazyGroup
from tidegen.reporting.style import colour, failed

#: Command → what it does, in the order of a day's work. A test holds it against the modules.
COMMANDS = {
    "init": "Make environments/ and templates/ in a repository of your own.",
    "render": "Write the templates from the concerns.",
    "lint": "Check the templates with cfn-lint.",
    "release": "Freeze the committed templates as a release.",
    "plan": "Show what a deploy would change.",
    "preflight": "Check what the account says against a deploy.",
    "deploy": "Deploy an environment as nested stacks.",
    "bootstrap": "Deploy what must stand before an environment can.",
    "import": "Make members of the environment's stacks of what exists already.",
    "status": "Show an environment's stacks.",
    "drift": "Show where resources differ from their templates.",
    "secrets": "Fill, check and renew the secrets that Tidepool's chart reads.",
    "outputs": "Show an environment's outputs.",
    "list": "List environments and concerns.",
    "rollback": "Continue a rollback that failed.",
    "destroy": "Delete an environment; stateful resources are kept.",
    "schema": "Print the JSON Schema of environment files.",
    "local": "Run the embedded local AWS.",
    "completion": "Print the shell completion script.",
}

_EPILOG = """\b
Examples:
  tidegen render --check
  tidegen deploy --env development --local
  tidegen outputs --env production --json
"""


@click.group(cls=LazyGroup, commands_help=COMMANDS, package="tidegen.cli.commands", epilog=_EPILOG)
@click.option("-C", "--directory", metavar="DIR", default=".", help="Work as if started in DIR.")
@click.version_option(__version__, message="tidegen %(version)s")
@click.pass_context
def cli(context: click.Context, directory: str) -> None:
    """One platform in many identical environments: CloudFormation from Python, deployed safely."""
    context.obj = directory


def main() -> None:
    """Run the command line, in colour where the environment allows it."""
    with colour(os.environ):
        _run()


def _run() -> None:
    """Run the command line; map errors to one line each and an exit code.

    0 done, 1 the asked thing does not hold, 2 bad usage or bad input, 130 interrupted.
    """
    try:
        sys.exit(cli.main(standalone_mode=False))
    except click.exceptions.Exit as exit_request:
        sys.exit(exit_request.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        from tidegen.errors import TidegenError  # only needed once something is wrong

        if not isinstance(error, TidegenError):
            raise
        for problem in error.problems:
            click.echo(f"{failed('error:')} {problem}", err=True)
        sys.exit(error.exit_code)
