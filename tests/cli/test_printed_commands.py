"""Every `tidegen ...` command in a message, a help text or a page is one that click accepts.

click itself decides: it makes the command's context from the words, without running the command.
"""

import ast
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import tidegen
from tests.cli.test_help import MEMBERS
from tests.conftest import ROOT
from tidegen.cli import COMMANDS, cli

PACKAGE = Path(tidegen.__file__).parent
#: A value that a message fills in: `{name}` of a text that is formatted later.
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
QUOTED = re.compile(r"(?:'|``?)tidegen ([^'`]+)(?:'|``?)")
LINE = re.compile(r"^(?:\$ |[^#'`\n]*?(?:\| |\$\())?tidegen (.+)$")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
#: Modules whose texts have options of other tools: git, AWS's, cfn-lint, the engine, mongod, gh;
#: access/packing.py has the separators of a stack name.
OTHER_TOOLS = {
    "chart/kubeconfig.py",
    "cli/checkout.py",
    "concerns/access/packing.py",
    "concerns/database/members.py",
    "deployment/destroy.py",
    "deployment/rehearsal/recovering.py",
    "environments/sections.py",
    "linting/cfn_lint.py",
    "linting/keys.py",
    "local/engine.py",
    "local/handlers/recorded.py",
    "local/member.py",
    "local/server.py",
    "planning/commands.py",
    "planning/leftovers.py",
    "planning/preflight/deletion.py",
    "planning/preflight/identity.py",
    "planning/preflight/names.py",
    "rules/__init__.py",
}
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"])


def texts(node):
    """Yield every text of a module, with its line; values that are filled in are one word."""
    if isinstance(node, ast.JoinedStr):
        parts = [p.value if isinstance(p, ast.Constant) else "x" for p in node.values]
        yield node.lineno, "".join(map(str, parts))
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, PLACEHOLDER.sub("x", node.value)
    for child in ast.iter_child_nodes(node):
        yield from texts(child)


def commands_in(text):
    """Yield the words after `tidegen` of each command that a text quotes, or has as a line."""
    joined = " ".join(text.split())
    yield from QUOTED.findall(joined)
    for line in text.replace("\\\n", " ").splitlines():
        match = LINE.match(line.strip())
        if match:
            yield match[1]


def words_of(command):
    """Return the words of a command up to a pipe, a redirection, a comment, `;` or `&&`."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars="|>;&()")
    lexer.whitespace_split = True
    words = []
    for word in lexer:
        if set(word) <= set("|>;&()"):
            break
        words.append(word)
    return ["plan" if word == "COMMAND" else word for word in words]


def printed():
    """Yield (place, words) of all commands in the package's texts, but for the version's line."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for line, text in texts(ast.parse(path.read_text())):
            for command in commands_in(text.replace("tidegen %(version)s", "")):
                yield f"{path.relative_to(ROOT)}:{line}", words_of(command)


def paged():
    """Yield (place, words) of all commands on the pages: quoted, and in blocks of code."""
    for path in PAGES:
        blocks = path.read_text().split("```")
        for number, block in enumerate(blocks):
            blocked = commands_in(block) if number % 2 else QUOTED.findall(" ".join(block.split()))
            for command in blocked:
                yield str(path.relative_to(ROOT)), words_of(command)


def refusal(words, *, whole):
    """Return why click refuses a command; None if it accepts it.

    A mention, such as 'tidegen plan --out', may leave out what is required; `whole` ones may not.
    """
    context, command = click.Context(cli), cli
    try:
        while isinstance(command, click.Group) and words:
            name, command, words = command.resolve_command(context, words)
            context = click.Context(command, parent=context, info_name=name)
        if isinstance(command, click.Group):
            return None
        if not whole and words and takes_value(command, words[-1]):
            words = [*words, "1"]
        command.make_context(context.info_name, list(words), parent=context.parent)
    except click.exceptions.Exit:
        return None  # --help
    except click.MissingParameter as error:
        return error.format_message() if whole else None
    except click.BadParameter as error:
        is_path = error.param is not None and isinstance(error.param.type, click.Path)
        return None if is_path else error.format_message()  # a file that only the user has
    except click.UsageError as error:
        return error.format_message()
    return None


def takes_value(command, word):
    options = (p for p in command.params if isinstance(p, click.Option) and word in p.opts)
    return any(not option.is_flag for option in options)


def refusals(commands, *, whole=False):
    return [
        f"{place}: tidegen {shlex.join(words)}: {why}"
        for place, words in commands
        if (why := refusal(list(words), whole=whole))
    ]


def test_messages_name_only_commands_that_click_accepts():
    commands = list(printed())
    assert len(commands) > 100
    assert refusals(commands) == []


def test_pages_show_only_commands_that_click_accepts():
    commands = list(paged())
    assert len(commands) > 50
    assert refusals(commands) == []


def options(command):
    """Return the options of a command and of all below it."""
    names = {
        name
        for option in command.params
        if isinstance(option, click.Option)
        for name in (*option.opts, *option.secondary_opts)
    }
    members = command.list_commands(click.Context(command)) if hasattr(command, "commands") else ()
    below = (command.get_command(click.Context(command), name) for name in members)
    return names.union(*map(options, below))


def test_messages_name_only_options_that_a_command_has():
    known, unknown = options(cli) | {"--help"}, {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for line, text in texts(ast.parse(path.read_text())):
            for name in set(OPTION.findall(text)) - known:
                unknown.setdefault(path.relative_to(PACKAGE).as_posix(), []).append((line, name))
    assert {path: unknown[path] for path in unknown.keys() - OTHER_TOOLS} == {}
    assert unknown.keys() >= OTHER_TOOLS


@pytest.mark.parametrize("path", [(), *((name,) for name in COMMANDS), *MEMBERS], ids=" ".join)
def test_examples_of_the_help_are_whole_commands(path):
    examples = CliRunner().invoke(cli, [*path, "--help"]).output.partition("Examples:")[2]
    commands = [
        (" ".join(path), words_of(match[1].removesuffix(')"')))
        for match in re.finditer(r"(?<![\w-])tidegen ([^|>\n]+)", examples.partition("\n\n")[0])
        if not match.string[: match.start()].endswith("local run ")
    ]
    assert commands
    assert refusals(commands, whole=True) == []


@pytest.mark.parametrize(
    "words",
    [
        "plan --evn qa",
        "plann --env qa",
        "secrets adpot --env qa",
        "outputs --env qa --format xml",
        "render --check=1",
        "completion tcsh",
        "list extra",
        "plan --limit few",
    ],
)
def test_a_wrong_command_is_seen(words):
    assert refusal(words.split(), whole=False)


@pytest.mark.parametrize("words", ["deploy --yes", "plan --env", "secrets rotate --env qa"])
def test_an_example_that_is_not_whole_is_seen(words):
    assert refusal(words.split(), whole=True)
