"""Every command has help with an example, a page in the docs, and errors without a traceback."""

import click
import pytest
from click.testing import CliRunner

from docs.hooks import commands_page
from tests.conftest import tidegen
from tidegen.cli import COMMANDS, cli

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


@pytest.mark.parametrize("name", ["fill", "status", "rotate"])
def test_what_is_done_with_secrets_has_examples_and_sections_too(name):
    result = CliRunner().invoke(cli, ["secrets", name, "--help"])
    assert result.exit_code == 0
    assert f"tidegen secrets {name} --env" in result.output
    assert f"## tidegen secrets {name}\n" in commands_page()


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
