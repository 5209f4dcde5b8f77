"""`tidegen plan`."""

from pathlib import Path

import click

from tidegen.cli.common import (
    allow_options,
    allowed_changes,
    echo_json,
    example_epilog,
    json_option,
    question,
    target_options,
)

_EPILOG = example_epilog(
    "tidegen plan --env staging",
    "tidegen plan --env production --only replacements",
    "tidegen plan --env production --markdown > comment.md",
    "tidegen plan --env production --json --exit-code",
    "tidegen plan --env production --out plan.json",
)


@click.command(epilog=_EPILOG)
@target_options
@click.option(
    "--change-set", is_flag=True, help="Add CloudFormation's prediction; uploads the templates."
)
@click.option("--only", type=click.Choice(["replacements"]), help="Show only these changes.")
@allow_options
@json_option
@click.option("--markdown", is_flag=True, help="Print Markdown, for a pull-request comment.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the plan to a file, for 'tidegen deploy --plan'.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1_000),
    default=60_000,
    show_default=True,
    help="Longest Markdown, in characters.",
)
@click.option("--exit-code", is_flag=True, help="Exit 1 if there are changes.")
@click.pass_obj
@question()
def command(
    directory: str,
    name: str,
    local: bool,
    change_set: bool,
    only: str | None,
    allowed: tuple[str, ...],
    locked: tuple[str, ...],
    as_json: bool,
    markdown: bool,
    out: Path | None,
    limit: int,
    exit_code: bool,
) -> None:
    """Show what a deploy would change, in all nested stacks.

    Compares the deployed templates and parameters with the new ones, without changing anything, and
    the nested stacks with the templates that their root pins.
    --change-set also shows what CloudFormation itself predicts. If a deploy would be refused, the
    last line says so; 'tidegen preflight' exits 1 for that.

    --out writes the plan to a file. Review it, then deploy exactly this plan: 'tidegen deploy
    --plan' refuses it if anything has changed in between. Exits 1, and writes nothing, if the
    deploy would be refused.
    """
    from tidegen.aws.settings import reach
    from tidegen.cli.commands.saving import save_plan
    from tidegen.cli.endpoints import endpoint_data
    from tidegen.cli.session import echo_missing, echo_refusal, open_session
    from tidegen.deployment.reading.preview import preview
    from tidegen.deployment.settings import no_settings
    from tidegen.deployment.whole_plan import consents, plan_problems
    from tidegen.reporting.changes import is_losing
    from tidegen.reporting.plan.data import plan_data
    from tidegen.reporting.plan.markdown import plan_markdown
    from tidegen.reporting.plan.text import plan_text, previews_text

    if out and (change_set or only):
        raise click.UsageError("--out is of the whole forecast: leave out --change-set and --only")
    keep = is_losing if only else bool
    with open_session(directory, local=local) as session:
        plan, target = session.plan(name), session.target(name)
        previews = preview(
            plan,
            session.connect,
            change_sets=change_set,
            settings=no_settings if only else reach,
            thorough=True,
        )
        consented = consents(previews, allowed_changes(allowed, locked))
        problems = plan_problems(plan, previews, consented)
        if out and not problems:
            save_plan(session, plan, previews, out, consented)
    if as_json:
        echo_json({**endpoint_data(target), **plan_data(plan, previews, keep, problems)})
    elif markdown:
        click.echo(plan_markdown(plan, previews, keep, limit))
    else:
        click.echo(f"{plan_text(plan)}\n\n{previews_text(previews, keep)}")
        echo_missing(plan)
        echo_refusal(problems, name)
    changed = any(
        item.settings
        or item.by_hand
        or any(change.certain or change.unforeseen for change in item.changes)
        for item in previews
    )
    unsaved = out is not None and problems != ()
    raise click.exceptions.Exit(1 if unsaved or (exit_code and changed) else 0)
