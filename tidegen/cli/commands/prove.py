"""`tidegen prove`."""

import sys
from typing import TYPE_CHECKING

import click

from tidegen.cli.common import cli_command, echo_json, known, project_folder, question
from tidegen.cli.completing import environment_names
from tidegen.proof.claims import Family

if TYPE_CHECKING:
    from tidegen.proof.claims import Result


@cli_command("tidegen prove", "tidegen prove isolation --env production", "tidegen prove --json")
@click.argument(
    "families", nargs=-1, type=click.Choice(list(map(str, Family))), metavar="[parity|isolation]..."
)
@click.option(
    "--env",
    "names",
    multiple=True,
    metavar="NAME",
    help="Print only results about this environment; repeatable.",
    shell_complete=environment_names,
)
@click.option("--json", "form", flag_value="json", help="Print JSON.")
@click.option("--sarif", "form", flag_value="sarif", help="Print what is not proven as SARIF.")
@click.pass_obj
@question()
def command(directory: str, families: tuple[str, ...], names: tuple[str, ...], form: str) -> None:
    """Prove that environments are alike and apart, from the committed files.

    Needs no account. Each claim is proven for all requests and resources, refuted with the case in
    which it does not hold, its file and line, or undecided with the reason. Accepted exceptions
    between environments of one account are counted. Exits 1 if a claim is refuted, 2 if one is
    undecided. Unchanged files are not proven again.
    """
    from tidegen.cli.targets import members_of
    from tidegen.environments import load_all
    from tidegen.proof.assumptions import assumptions
    from tidegen.proof.claims import Verdict
    from tidegen.proof.run import prove
    from tidegen.reporting.lint import formatted
    from tidegen.reporting.proofs import proofs_data, proofs_findings, proofs_text, summary_text

    project = project_folder(directory)
    files = load_all(project)
    known(names, (file.name for file in files), "environment")
    chosen = [Family(name) for name in families or Family]
    results = prove(project, members_of(project, files), chosen, progress=_report)
    if names:
        results = [result for result in results if set(names) & set(result.subject)]
    if form == "json":
        echo_json(proofs_data(results, assumptions()))
    elif form == "sarif":
        click.echo(formatted(proofs_findings(results), [], "sarif"), nl=False)
    else:
        click.echo(proofs_text(results, assumptions()))
    click.echo(summary_text(results), err=True)
    verdicts = {result.verdict for result in results}
    code = 1 if Verdict.REFUTED in verdicts else 2 if Verdict.UNDECIDED in verdicts else 0
    raise click.exceptions.Exit(code)


def _report(result: "Result") -> None:
    """Show on a terminal which claim was answered last."""
    if sys.stderr.isatty():
        about = " to ".join(result.subject)
        click.echo(f"{result.verdict} {result.claim.id} {about}", err=True)
