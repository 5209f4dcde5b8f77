"""Every command has help with an example, a page in the docs, and errors without a traceback."""

import re
import shlex

import click
import pytest
from click.testing import CliRunner

from docs.build.commands import commands_page
from tests.conftest import ROOT, tidegen
from tidegen.cli import COMMANDS, cli


def members():
    """Yield (group, command) for every subcommand."""
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ((name, member) for member in command.list_commands(context))


MEMBERS = sorted(members())
each = pytest.mark.parametrize("name", COMMANDS)


def tidegen_help():
    """Return the output of `tidegen --help`."""
    return CliRunner().invoke(cli, ["--help"]).output


@each
def test_help_has_an_example(name):
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.output
    assert f"tidegen {name}" in result.output


@each
def test_the_docs_have_a_section(name):
    assert f"## tidegen {name}\n" in commands_page()


@pytest.mark.parametrize("path", MEMBERS, ids=" ".join)
def test_subcommands_have_an_example_and_a_section_too(path):
    result = CliRunner().invoke(cli, [*path, "--help"])
    assert result.exit_code == 0
    assert f"  tidegen {' '.join(path)}" in result.output.partition("Example")[2]
    assert f"## tidegen {' '.join(path)}\n" in commands_page()


@pytest.mark.parametrize("path", MEMBERS, ids=" ".join)
def test_the_table_of_a_group_has_whole_sentences(path):
    group, name = path
    command = cli.get_command(click.Context(cli), group)
    output = " ".join(CliRunner().invoke(cli, [group, "--help"]).output.split())
    table = output.partition("Commands:")[2].partition("Examples:")[0]
    assert "..." not in table
    assert f"{name} {command.summary(name)}" in table
    assert " ".join(command.commands[name].help.split()).startswith(command.summary(name))


def test_only_local_recovery_and_secrets_are_groups():
    assert {group for group, _ in MEMBERS} == {"local", "recovery", "secrets"}


@each
def test_the_table_has_the_first_sentence_of_each_commands_help(name):
    command = cli.get_command(click.Context(cli), name)
    assert " ".join(command.help.split()).startswith(cli.summary(name))
    assert re.fullmatch(r"[A-Z][a-z]+,? [^.]+\.", cli.summary(name))
    assert cli.summary(name) in " ".join(tidegen_help().split())


def test_the_table_has_every_module_that_is_a_command():
    folder = ROOT / "tidegen" / "cli" / "commands"
    commands = {path.stem for path in folder.glob("*.py") if "\ndef command(" in path.read_text()}
    assert commands == {"import_" if name == "import" else name for name in COMMANDS}


def examples(path):
    """Yield the words after `tidegen` of each example in a command's help."""
    output = CliRunner().invoke(cli, [*path, "--help"]).output.partition("Examples:")[2]
    for line in re.findall(r"(?<![\w-])tidegen ([^|>\n]+)", output):
        yield shlex.split(line.partition(")")[0])


@pytest.mark.parametrize("path", [(), *((name,) for name in COMMANDS), *MEMBERS], ids=" ".join)
def test_the_examples_in_the_help_parse(path):
    lines = list(examples(path))
    assert lines
    for words in lines:
        context, command = click.Context(cli), cli
        while isinstance(command, click.Group) and words:
            _, command, words = command.resolve_command(context, words)
            context = click.Context(command, parent=context, **command.context_settings)
        command.make_parser(context).parse_args(words)


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
