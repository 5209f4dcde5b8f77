"""`tidegen list`."""

import click

from tidegen.cli.common import (
    concerns,
    echo_json,
    example_epilog,
    json_option,
    project_folder,
    question,
)


@click.command(epilog=example_epilog("tidegen list", "tidegen list --json"))
@json_option
@click.pass_obj
@question()
def command(directory: str, as_json: bool) -> None:
    """List environments and concerns."""
    from tidegen.environments import load_all

    files = load_all(project_folder(directory))
    rows = [
        {"name": f.name, "scope": str(f.scope), "account": f.account, "region": f.region}
        for f in files
    ]
    members = [
        {"name": c.name, "scopes": [str(s) for s in c.scopes], "purpose": c.purpose}
        for c in concerns()
    ]
    if as_json:
        echo_json({"environments": rows, "concerns": members})
        return
    click.echo("Environments")
    for row in rows:
        click.echo(f"  {row['name']:<28} {row['scope']:<12} {row['account']} {row['region']}")
    click.echo("\nConcerns")
    for member in members:
        click.echo(f"  {member['name']:<28} {', '.join(member['scopes'])}")
