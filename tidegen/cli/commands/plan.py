"""`tidegen plan`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidegen.cli.common import (
    allow_options,
    cli_command,
    echo_json,
    json_option,
    question,
    target_options,
)
from tidegen.cli.parsing import exclusive

if TYPE_CHECKING:
    from tidegen.cli.session import Session
    from tidegen.deployment.events import Preview
    from tidegen.planning.model import Plan
    from tidegen.planning.overwriting import ByHand


def _by_hand(
    session: "Session", plan: "Plan", previews: "Sequence[Preview]"
) -> "tuple[ByHand, ...]":
    """Return what was changed by hand in the deployed stacks, and what becomes of it."""
    from tidegen.deployment.reading.drift import detect_drift, drift_plan
    from tidegen.planning.overwriting import changed_by_hand

    if not any(plan.states.get(step.address) for step in plan.steps):
        return ()
    checks = drift_plan(session.target(plan.environment), session.connect)
    changes = {preview.step.address: preview.changes for preview in previews}
    return changed_by_hand(detect_drift(checks, session.connect), changes)


@cli_command(
    "tidegen plan --env staging",
    "tidegen plan --env production --only replacements",
    "tidegen plan --env production --drift",
    "tidegen plan --env production --markdown > comment.md",
    "tidegen plan --env production --json --exit-code",
    "tidegen plan --env production --out plan.json",
)
@target_options
@click.option(
    "--change-set", is_flag=True, help="Add CloudFormation's prediction; uploads the templates."
)
@click.option(
    "--drift",
    is_flag=True,
    help="Detect drift as well, which takes minutes, and show what becomes of it.",
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
    drift: bool,
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
    --change-set also shows what CloudFormation itself predicts. --drift also detects changes made
    by hand, and shows which of them the deploy overwrites. If a deploy would be
    refused, the last line says so; 'tidegen preflight' exits 1 for that.

    --out writes the plan to a file. Review it, then deploy exactly this plan: 'tidegen deploy
    --plan' refuses it if anything has changed in between. Exits 1, and writes nothing, if the
    deploy would be refused.
    """
    from tidegen.aws.settings import reach
    from tidegen.cli.checkout import echo_older, older
    from tidegen.cli.commands.saving import save_plan
    from tidegen.cli.endpoints import endpoint_data
    from tidegen.cli.session import echo_missing, echo_refusal, open_session
    from tidegen.deployment.reading.preview import preview
    from tidegen.deployment.settings import no_settings
    from tidegen.deployment.whole_plan import consents, plan_problems
    from tidegen.reporting.changes import is_losing
    from tidegen.reporting.drift import by_hand_text
    from tidegen.reporting.plan.data import plan_data
    from tidegen.reporting.plan.markdown import plan_markdown
    from tidegen.reporting.plan.text import plan_text, previews_text

    if as_json and markdown:
        raise click.UsageError(exclusive("--json", "--markdown"))
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
        consented = consents(previews, (*allowed, *locked))
        problems = plan_problems(plan, previews, consented)
        if out and not problems:
            save_plan(session, plan, previews, out, consented)
        by_hand = _by_hand(session, plan, previews) if drift else ()
    echo_older(older(session.project, plan))
    if as_json:
        data = plan_data(plan, previews, keep, by_hand, problems)
        echo_json({**endpoint_data(target), **data})
    elif markdown:
        click.echo(plan_markdown(plan, previews, keep, limit))
    else:
        click.echo(f"{plan_text(plan)}\n\n{previews_text(previews, keep)}")
        click.echo(by_hand_text(by_hand), nl=bool(by_hand))
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
