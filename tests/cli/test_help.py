"""Every command has help with an example, a page in the docs, and errors without a traceback."""

import click
import pytest
from click.testing import CliRunner

from docs.build.commands import commands_page
from tests.conftest import tidegen
from tidegen.cli import COMMANDS, cli


def members():
    """(group, command) of every command inside a command."""
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ((name, member) for member in command.list_commands(context))


MEMBERS = sorted(members())
each = pytest.mark.parametrize("name", COMMANDS)


@each
def test_help_has_the_table_s_words_and_an_example(name):
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.output
    assert f"tidegen {name}" in result.output


@each
def test_the_docs_have_a_section(name):
    assert f"## tidegen {name}\n" in commands_page()


@pytest.mark.parametrize("path", MEMBERS, ids=" ".join)
def test_what_groups_hold_has_an_example_and_a_section_too(path):
    result = CliRunner().invoke(cli, [*path, "--help"])
    assert result.exit_code == 0
    assert f"  tidegen {' '.join(path)}" in result.output.partition("Example")[2]
    assert f"## tidegen {' '.join(path)}\n" in commands_page()


def test_the_groups_are_known():
    assert {group for group, _ in MEMBERS} == {"local", "secrets"}


@each
def test_the_table_says_what_the_command_says(name):
    command = cli.get_command(click.Context(cli), name)
    first = (command.help or "").split(".")[0].split(":")[0].split(",")[0].split(" ")[0]
    assert COMMANDS[name].startswith(first)


def test_a_misspelt_command_names_the_closest():
    done = tidegen("rendr")
    assert done.returncode == 2
    assert "did you mean 'render'?" in done.stderr


def test_help_imports_nothing_heavy():
    done = tidegen("--help")
    assert done.returncode == 0
    script = (
        "import sys; from tidegen.cli import cli; cli.main(['--help'], standalone_mode=False);"
        "heavy = {'boto3','cfnlint','pydantic','troposphere','yaml','rich','importlib.metadata'};"
        "sys.exit(sorted(heavy & set(sys.modules)) and str(heavy & set(sys.modules)) or 0)"
    )
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell):
    done = tidegen("completion", shell)
    assert done.returncode == 0
    assert "_TIDEGEN_COMPLETE" in done.stdout
