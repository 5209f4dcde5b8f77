"""`tidegen import`."""

import click

from tidegen.cli.common import (
    echo_json,
    env_option,
    example_epilog,
    json_option,
    local_option,
    yes_option,
)

_EPILOG = example_epilog(
    "tidegen import --env staging --find",
    "tidegen import --env staging Storage/UploadsBucket=tidepool-staging-uploads",
    "tidegen import --env account-production Audit/Recorder=default Audit/Channel=default",
)


@click.command(epilog=_EPILOG)
@env_option
@local_option
@yes_option
@json_option
@click.option("--find", is_flag=True, help="List what exists already, and the command for it.")
@click.argument("requested", nargs=-1, metavar="[PATH=IDENTIFIER]...")
@click.pass_obj
def command(
    directory: str,
    name: str,
    local: bool,
    yes: bool,
    as_json: bool,
    find: bool,
    requested: tuple[str, ...],
) -> None:
    """Make members of the environment's stacks of what exists already, unchanged.

    PATH is a resource of the wanted templates as 'tidegen plan' names it; IDENTIFIER is what the
    registry identifies its type by (parts joined by '|' where it has several). Shows what the
    template wants beside what exists, asks, imports, and protects. A stack that is not there is
    made first, empty; roots that it rests on are deployed. The deploy afterwards changes what its
    plan says. Run again after an interruption it goes on.
    """
    from tidegen.cli.commands.importing import asked_for, found_candidates, import_resources
    from tidegen.cli.session import open_session
    from tidegen.reporting.imports import candidates_data, candidates_text

    if find == bool(requested):
        raise click.UsageError("say what to import, PATH=IDENTIFIER, or --find")
    with open_session(directory, local=local) as session:
        if not find:
            import_resources(session, name, asked_for(requested), yes=yes, as_json=as_json)
            return
        found, unknown = found_candidates(session, name)
    if as_json:
        echo_json(candidates_data(name, found, unknown))
    else:
        click.echo(candidates_text(name, found, unknown))
