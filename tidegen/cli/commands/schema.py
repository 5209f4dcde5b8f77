"""`tidegen schema`."""

from tidegen.cli.common import cli_command, echo_json


@cli_command("tidegen schema > environments/environment.schema.json")
def command() -> None:
    """Print the JSON Schema of environment files, for editors."""
    from tidegen.environments import json_schema

    echo_json(json_schema())
