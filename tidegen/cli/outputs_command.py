"""`tidegen outputs`."""

import click

from tidegen.cli.common import echo_json, env_option, example_epilog, json_option, local_option

_EPILOG = example_epilog("tidegen outputs --env production", "tidegen outputs --env staging --json")


@click.command(epilog=_EPILOG)
@env_option
@local_option
@json_option
@click.pass_obj
def command(directory: str, name: str, local: bool, as_json: bool) -> None:
    """Show an environment's outputs, root by root."""
    from tidegen.cli.session import open_session
    from tidegen.deployment import environment_outputs
    from tidegen.reporting.plans import outputs_text

    with open_session(directory, local=local) as session:
        found = environment_outputs(session.target(name), session.connect)
    outputs = {str(scope): values for scope, values in found.items()}
    if as_json:
        echo_json(outputs)
    elif outputs:
        click.echo(outputs_text(outputs))
    else:
        click.echo(f"{name} is not deployed; run 'tidegen deploy --env {name}'", err=True)
    raise click.exceptions.Exit(0 if outputs else 1)
