"""`tidegen local`."""

import subprocess
import sys

import click

from tidegen.cli.common import echo_json, example_epilog, json_option
from tidegen.cli.group import Group

_EPILOG = example_epilog(
    "tidegen local",
    "tidegen local run tidegen deploy --env development --yes",
    "tidegen local types",
)
_ACCOUNT_HINT = "a 12-digit access key id selects the account"


@click.group(
    cls=Group,
    epilog=_EPILOG,
    invoke_without_command=True,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port to listen on.  [default: a free one]",
)
@click.pass_context
def command(context: click.Context, port: int) -> None:
    """Run the embedded local AWS, until Ctrl-C or while a command runs.

    The engine keeps everything in memory; it is lost when the engine stops.
    """
    if context.invoked_subcommand is None:
        _serve(port)


@command.command(
    name="run",
    context_settings={"ignore_unknown_options": True},
    epilog=example_epilog("tidegen local run tidegen deploy --env development --yes"),
)
@click.argument("arguments", nargs=-1, required=True, type=click.UNPROCESSED, metavar="COMMAND...")
def run_command(arguments: tuple[str, ...]) -> None:
    """Run a command against a new engine, and exit with the command's exit code."""
    import os

    from tidegen.errors import InputError, Problem
    from tidegen.local.engine import running_engine
    from tidegen.local.sealing import sealed

    with running_engine() as engine:
        environment = sealed(os.environ, engine.environment_variables())
        try:
            code = subprocess.run(arguments, env=environment, check=False).returncode
        except FileNotFoundError:
            raise InputError(Problem(arguments[0], "no such command; check its spelling")) from None
        except OSError as error:
            message = f"cannot be run: {error.strerror}; name an executable file"
            raise InputError(Problem(arguments[0], message)) from None
    raise click.exceptions.Exit(code)


@command.command(
    name="types", epilog=example_epilog("tidegen local types", "tidegen local types --json")
)
@json_option
def types_command(as_json: bool) -> None:
    """List resource types and whether the engine creates or only records them."""
    from tidegen.cli.common import concerns
    from tidegen.local.coverage import kind_of
    from tidegen.rendering import render

    names = sorted(render(concerns(), "json").resource_types())
    rows = {name: str(kind_of(name)) for name in names}
    if as_json:
        echo_json(rows)
        return
    for name, kind in rows.items():
        click.echo(f"{kind:<12} {name}")
    counts = {kind: list(rows.values()).count(kind) for kind in sorted(set(rows.values()))}
    click.echo(", ".join(f"{count} types {kind}" for kind, count in counts.items()), err=True)


def _serve(port: int) -> None:
    """Run an engine until Ctrl-C; print the environment variables that point tools to it."""
    from tidegen.local.engine import running_engine

    with running_engine(port) as engine:
        for name, value in engine.environment_variables().items():
            click.echo(f"export {name}={value}")
        click.echo(f"# {_ACCOUNT_HINT}; Ctrl-C stops the engine", err=True)
        sys.stdout.flush()
        try:
            engine.wait()
        except KeyboardInterrupt:
            click.echo("stopped", err=True)
