"""Commands, targets, dependencies, permissions and files named on pages exist."""

import configparser
import re
import subprocess

import click
import pytest

from docs.build.states import PLACEHOLDER, states_table
from tests.conftest import ROOT
from tidegen.cli import COMMANDS, cli
from tidegen.concerns.access.deploy_role import CHANGING
from tidegen.concerns.access.read_role import LISTING, READING
from tidegen.environments import load_all
from tidegen.planning.states import STATES

README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())


def options(command):
    return {name for parameter in command.params for name in getattr(parameter, "opts", ())}


@each_page
def test_every_command_line_on_a_page_exists(page):
    blocks = re.findall(r"```[a-z]*\n(.*?)```", page.read_text(), re.DOTALL)
    spans = re.findall(r"`(tidegen [^`]+)`", page.read_text())
    lines = [line for block in blocks for line in block.splitlines()] + spans
    for line in lines:
        for words in re.findall(r"(?<![\w-])tidegen ((?:-C \S+ )?[a-z][^|>#&\"`\n]*)", line):
            _check(words.split())


def _check(words):
    """Assert that the words after `tidegen` are a command and its own options."""
    context, command = click.Context(cli), cli
    if words[0] == "COMMAND":
        return
    assert words[0] in COMMANDS, words
    while words and isinstance(command, click.Group):
        member = command.get_command(context, words[0])
        if member is None:
            break
        command, words = member, words[1:]
    own = words[: words.index("tidegen")] if "tidegen" in words else words
    used = {word.partition("=")[0] for word in own if re.match(r"--[a-z]", word)}
    assert used - {"--help"} <= options(command), words


def test_every_make_target_on_a_page_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"`make ([a-z]+)", page.read_text())}
    assert {"demo", "help", "docs"} <= named
    assert named <= targets


def test_every_dependency_has_its_line():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    extras = config["options.extras_require"]
    wanted = [config["options"]["install_requires"], extras["local"], extras["dev"]]
    lines = [line for text in wanted for line in text.splitlines() if line[:1].isalpha()]
    names = {re.split(r"[=<>\[ ]", line)[0] for line in lines}
    section = README.partition("## Dependencies")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| ([\w, .-]+) \| .+ \|$", section, re.MULTILINE)
    assert {name for cell in listed for name in cell.split(", ")} - {"package"} == names


def test_the_permissions_in_the_readme_are_those_of_the_roles():
    rows = dict(re.findall(r"^\| ([^|]+) \| (.+) \|$", README, re.MULTILINE))
    starts = ("read and plan", "compare with the deployed resources", "compare imported resources")
    reading = [text for name, text in rows.items() if name.startswith(starts)]
    (changing,) = (text for name, text in rows.items() if name.startswith("deploy, "))
    seen = set().union(*map(_cloudformation, reading))
    assert seen == {action.action for action in [*READING, *LISTING]}
    assert _cloudformation(changing) == {action.action for action in CHANGING}


def _cloudformation(cell):
    (part,) = (part for part in cell.split("; ") if "`cloudformation:" in part)
    return {name.removeprefix("cloudformation:") for name in re.findall(r"`([\w:]+)`", part)}


def test_every_status_has_a_row():
    rows = re.findall(r"^\| ([A-Z_]+) \| ", states_table(), re.MULTILINE)
    assert rows == list(STATES)
    assert PLACEHOLDER in (ROOT / "docs" / "deploying.md").read_text()


def test_every_page_is_in_the_navigation():
    nav = (ROOT / "docs" / "zensical.toml").read_text().partition("\nnav = ")[2]
    pages = [path.relative_to(ROOT / "docs").as_posix() for path in PAGES[1:]]
    assert [page for page in pages if page not in nav and not page.startswith("concerns/")] == []


def test_the_files_of_the_new_region_runbook_are_valid(project):
    runbook = (ROOT / "docs" / "runbooks" / "new-region.md").read_text()
    (script,) = re.findall(r"```\n(cd environments\n.*?)```", runbook, re.DOTALL)
    subprocess.run(["bash", "-euc", script], cwd=project, check=True)
    files = {file.name: file for file in load_all(project)}
    assert files["europe"].region == files["account-europe"].region == "eu-central-1"
    assert files["europe"].protected


def test_every_heading_that_a_message_names_exists():
    """Alarms and findings name a heading of a runbook to the person who reads them."""
    sources = [*(ROOT / "tidegen").rglob("*.py"), *(ROOT / "templates" / "current").rglob("*.yaml")]
    text = " ".join(" ".join(path.read_text().split()) for path in sources)
    named = re.findall(r"runbook of the (database), '{1,2}([^']+)'", text)
    named += [
        (page, heading) for heading, page in re.findall(r"'([^']+)', docs/runbooks/(\S+)\.md", text)
    ]
    assert {page for page, _ in named} == {"database", "recovery"}
    for page, heading in named:
        runbook = (ROOT / "docs" / "runbooks" / f"{page}.md").read_text()
        assert re.search(rf"^##+ {re.escape(heading)}$", runbook, re.MULTILINE), heading
