"""`tidegen import`."""

import click

from tidegen.cli.common import change_options, cli_command, echo_json


@cli_command(
    "tidegen import --env staging --find",
    "tidegen import --env staging Storage/UploadsBucket=tidepool-staging-uploads",
    "tidegen import --env account-production Audit/Recorder=default Audit/Channel=default",
    "tidegen import --env production --replace Database/Member1Volume=vol-0123456789abcdef0",
)
@change_options
@click.option(
    "--find",
    is_flag=True,
    help="List existing resources, and the command that imports them.",
)
@click.option(
    "--replace",
    "replacing",
    is_flag=True,
    help="Replace resources that the stacks have at these paths, and deploy.",
)
@click.argument("requested", nargs=-1, metavar="[PATH=IDENTIFIER]...")
@click.pass_obj
def command(
    directory: str,
    name: str,
    local: bool,
    yes: bool,
    as_json: bool,
    taken_over: tuple[str, ...],
    find: bool,
    replacing: bool,
    requested: tuple[str, ...],
) -> None:
    """Import existing resources into the environment's stacks, without changing them.

    PATH is the path of a resource in the templates, as 'tidegen plan' prints it; IDENTIFIER is the
    primary identifier of its type in the CloudFormation registry (several parts joined by '|').
    Shows where the resources differ from the templates, asks, imports, and protects the stacks. A
    missing stack is created first, empty, after the roots that it depends on. The differences
    remain until the next deploy, whose plan shows them. After an interruption, run it again.

    With --replace a stack may have another resource at a path, such as a lost volume: it releases
    that one, which is kept, imports the given one, and deploys, so that others refer to it.
    """
    from tidegen.cli.commands.importing import (
        ImportOptions,
        import_resources,
        importable_resources,
        parsed_requests,
    )
    from tidegen.cli.session import open_session
    from tidegen.reporting.imports import candidates_data, candidates_text

    if find == bool(requested) or (find and replacing):
        raise click.UsageError("nothing to import; give PATH=IDENTIFIER, or --find")
    with open_session(directory, local=local) as session:
        if not find:
            options = ImportOptions(
                yes=yes, as_json=as_json, replacing=replacing, taken_over=taken_over
            )
            import_resources(session, name, parsed_requests(requested), options)
            return
        candidates, unknown = importable_resources(session, name)
    if as_json:
        echo_json(candidates_data(name, candidates, unknown))
    else:
        click.echo(candidates_text(name, candidates, unknown))
