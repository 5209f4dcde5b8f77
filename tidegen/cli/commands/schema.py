"""`tidegen schema`."""

import click

from tidegen.cli.common import echo_json, example_epilog
from tidegen.cli.parsing import Command


@click.command(
    cls=Command, epilog=example_epilog("tidegen schema > environments/environment.schema.json")
)
def command() -> None:
    """Print the JSON Schema of environment files, for editors."""
    from tidegen.environments import json_schema

    echo_json(json_schema())
