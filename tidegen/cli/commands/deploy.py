"""`tidegen deploy`."""

from pathlib import Path

import click

from tidegen.cli.common import allow_options, change_options, cli_command


@cli_command(
    "tidegen deploy --env development",
    "tidegen deploy --env development --local",
    "tidegen deploy --env production --dry-run",
    "tidegen deploy --env production --yes --json",
    "tidegen deploy --env staging --move UploadsBucket",
    "tidegen deploy --env staging --revert-drift",
    "tidegen deploy --env staging --plan plan.json",
)
@change_options
@allow_options
@click.option(
    "--move",
    "moved",
    multiple=True,
    metavar="LOGICAL_ID",
    help="Move a deployed resource to its new stack or logical id; repeatable.",
)
@click.option(
    "--with-prerequisites",
    is_flag=True,
    help="Deploy missing account baselines first; --yes alone does not.",
)
@click.option(
    "--override-policy",
    "overridden",
    multiple=True,
    metavar="STACK",
    help="Deploy past a stack policy that was set by hand; repeatable.",
)
@click.option(
    "--revert-drift",
    is_flag=True,
    help="Also set what was changed by hand back to the templates.",
)
@click.option(
    "--allow-older",
    is_flag=True,
    help="Deploy a checkout without the commit that is deployed; --yes alone does not.",
)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Deploy exactly the plan of 'tidegen plan --out'; refuse it if anything has changed.",
)
@click.option(
    "--keep-on-failure",
    is_flag=True,
    help="Keep what a failed first creation has created; the next deploy continues it.",
)
@click.option("--dry-run", is_flag=True, help="Show the plan and stop, like 'tidegen plan'.")
@click.pass_context
def command(
    context: click.Context,
    name: str,
    local: bool,
    yes: bool,
    allowed: tuple[str, ...],
    locked: tuple[str, ...],
    moved: tuple[str, ...],
    taken_over: tuple[str, ...],
    overridden: tuple[str, ...],
    with_prerequisites: bool,
    revert_drift: bool,
    allow_older: bool,
    plan_file: Path | None,
    keep_on_failure: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Deploy an environment as nested stacks.

    Checks the templates and the account, shows one plan of all root stacks, asks once, deploys, and
    prints the outputs. A step that turns out to do more than the plan showed asks again; with --yes
    it is refused if a resource would be lost. Exits 0 if there is nothing to change. Ctrl-C stops
    the command, not CloudFormation; the last line says what was begun. With --json each event is
    one line; the last event of each stack is its outcome, with the outputs.

    A resource whose nested stack or logical id changed in the templates is never recreated by
    accident: --move moves it, unchanged, in a separate step before the deploy.

    --plan deploys a plan that was reviewed: it asks nothing that the plan shows, except for the
    name of a protected environment, and exits 1 with every difference if the templates, the
    parameters, the environment file or the stacks have changed since.

    --revert-drift restores nested stacks that were updated past their root. After the deploy it
    detects drift in all stacks, shows it, asks, and sets the drifted properties back, by a
    drift-aware change set of each stack, and names the drift that CloudFormation cannot set back.

    A first creation that fails is rolled back, unless --keep-on-failure: its resources then stay,
    the next deploy continues from there, and 'tidegen rollback' undoes it.
    """
    from tidegen.cli.commands.deploying import DeployOptions, deploy
    from tidegen.cli.commands.plan import command as plan_command
    from tidegen.cli.session import open_session
    from tidegen.deployment.events import Result
    from tidegen.reporting.outputs import outputs_text

    if plan_file and (allowed or locked or moved or taken_over or with_prerequisites):
        raise click.UsageError("--plan has its own consents: leave out the other options")
    if plan_file and (revert_drift or dry_run):
        raise click.UsageError("--plan deploys a plan: leave out --revert-drift and --dry-run")
    if dry_run:
        allow = {"allowed": allowed, "locked": locked}
        context.invoke(plan_command, name=name, local=local, as_json=as_json, **allow)
        return
    with open_session(context.obj, local=local) as session:
        options = DeployOptions(
            yes=yes,
            allowed=(*allowed, *locked),
            as_json=as_json,
            moved=moved,
            with_prerequisites=with_prerequisites,
            revert=revert_drift,
            keep_on_failure=keep_on_failure,
            taken_over=taken_over,
            plan_file=plan_file,
            allow_older=allow_older,
            overridden=overridden,
        )
        outcomes = deploy(session, name, options)
    if as_json:
        return
    if all(outcome.result is Result.UNCHANGED for outcome in outcomes):
        click.echo(f"{name}: nothing to change")
        return
    deployed = [outcome for outcome in outcomes if outcome.result is not Result.REVERTED]
    click.echo(outputs_text({o.address.name: o.outputs for o in deployed}))
