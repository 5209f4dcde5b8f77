"""Write the source tree of the documentation's site."""

from pathlib import Path

import click

from docs.build.files import replace_folder
from docs.build.tree import CONFIGURATION, WRITTEN, source_tree, without_written_page
from tidegen.concerns import own_concerns


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--written",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=WRITTEN,
    help="Folder of the written pages and the site's configuration.",
)
def main(folder: Path, written: Path) -> None:
    """Write the source tree of the documentation's site to FOLDER, replacing the last one."""
    concerns = own_concerns()
    for name in without_written_page(written, concerns):
        # a notice, no failure: a concern needs only one new file
        click.echo(f"docs/{name}: missing; write the reasons for the concern's design", err=True)
    try:
        replace_folder(folder, source_tree(written, concerns), CONFIGURATION)
    except FileExistsError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main(prog_name="python -m docs.build")
