"""`tidegen completion`."""

import click

from tidegen.cli.common import cli_command


@cli_command('eval "$(tidegen completion bash)"', "tidegen completion fish > tidegen.fish")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the shell completion script."""
    from click.shell_completion import get_completion_class

    from tidegen.cli import cli

    completion = get_completion_class(shell)
    assert completion is not None
    click.echo(completion(cli, {}, "tidegen", "_TIDEGEN_COMPLETE").source())
