"""The documentation is built from files alone, and a broken link fails the build."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from docs.build.__main__ import main
from docs.build.files import replace_folder
from docs.build.tree import CONFIGURATION, WRITTEN, source_tree, without_written_page
from tests.conftest import ROOT
from tidegen.concerns import own_concerns

CONCERNS = own_concerns()
ASSEMBLE = "python -m docs.build .cache/docs\n"


@pytest.fixture(scope="module")
def tree():
    return source_tree(WRITTEN, CONCERNS)


@pytest.fixture(scope="module")
def recipe():
    """Return the commands of `make docs` after the source tree is written."""
    return recipe_of("docs").partition(ASSEMBLE)[2]


def recipe_of(target):
    command = ["make", "--dry-run", "--no-print-directory", target]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def navigation(tree):
    """Return the pages in the navigation of the site."""
    return list(_leaves(tomllib.loads(tree[CONFIGURATION])["project"]["nav"]))


def _leaves(entry):
    if isinstance(entry, str):
        yield entry
    else:
        for item in entry.values() if isinstance(entry, dict) else entry:
            yield from _leaves(item)


def pages(tree):
    return {name.removeprefix("pages/") for name in tree if name.startswith("pages/")}


def test_the_tree_is_the_configuration_and_markdown(tree):
    assert set(tree) == {CONFIGURATION, *(f"pages/{name}" for name in pages(tree))}
    assert {name.rpartition(".")[2] for name in pages(tree)} == {"md"}


def test_every_page_is_in_the_navigation_once_and_nothing_else(tree):
    assert sorted(navigation(tree)) == sorted(pages(tree))


def test_no_placeholder_is_left(tree):
    assert [name for name, text in tree.items() if re.search("^<!-- ", text, re.MULTILINE)] == []
    assert "# each concern" not in tree[CONFIGURATION]


def test_a_concern_without_a_written_page_has_a_page_in_the_navigation(tmp_path):
    shutil.copy(WRITTEN / CONFIGURATION, tmp_path)
    tree = source_tree(tmp_path, CONCERNS)
    paths = [f"concerns/{concern.name}.md" for concern in CONCERNS]
    assert without_written_page(tmp_path, CONCERNS) == paths
    assert set(paths) <= pages(tree)
    assert set(paths) <= set(navigation(tree))


def test_the_command_reports_a_concern_without_a_written_page_and_succeeds(tmp_path):
    shutil.copy(WRITTEN / CONFIGURATION, tmp_path)
    result = CliRunner().invoke(main, [str(tmp_path / "out"), "--written", str(tmp_path)])
    assert result.exit_code == 0
    for concern in CONCERNS:
        assert f"docs/concerns/{concern.name}.md: missing" in result.stderr
    assert (tmp_path / "out" / CONFIGURATION).is_file()


def test_the_folder_is_replaced_as_a_whole(tmp_path):
    folder = tmp_path / "docs"
    replace_folder(folder, {"mark": "", "old/page.md": "old"}, "mark")
    replace_folder(folder, {"mark": "", "new/page.md": "new"}, "mark")
    files = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(map(str, files)) == ["docs/mark", "docs/new/page.md"]


def test_after_a_failure_the_old_folder_is_intact(tmp_path):
    folder = tmp_path / "docs"
    replace_folder(folder, {"mark": "", "page.md": "old"}, "mark")
    with pytest.raises(UnicodeEncodeError):
        replace_folder(folder, {"mark": "", "page.md": "new", "last.md": "\ud800"}, "mark")
    assert (folder / "page.md").read_text() == "old"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_foreign_folder_is_not_replaced(tmp_path):
    (tmp_path / "thesis.md").write_text("years of work")
    result = CliRunner().invoke(main, [str(tmp_path)])
    assert result.exit_code == 1
    assert f"{tmp_path}: exists and has no zensical.toml" in result.stderr
    assert (tmp_path / "thesis.md").read_text() == "years of work"


def build(recipe, tree, folder):
    """Run the commands of `make docs` on this tree."""
    replace_folder(folder, tree, CONFIGURATION)
    script = re.sub(rf"({re.escape(str(ROOT))}/)?\.cache/docs", str(folder), recipe)
    with_scripts = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env={**os.environ, "PATH": with_scripts},
        capture_output=True,
        text=True,
    )


def test_the_site_has_every_page_and_no_foreign_file(recipe, tree, tmp_path):
    result = build(recipe, tree, tmp_path / "docs")
    assert result.returncode == 0, result.stdout + result.stderr
    site = tmp_path / "docs" / "site"
    addresses = {path.parent.relative_to(site).as_posix() for path in site.rglob("index.html")}
    stems = (name.removesuffix(".md").removesuffix("index").rstrip("/") for name in pages(tree))
    assert addresses == {stem or "." for stem in stems}
    assert not [path for path in site.rglob("*") if path.suffix in (".md", ".py", ".sh", ".pyc")]
    assert not list(site.rglob("__pycache__"))
    network = (site / "concerns" / "network" / "index.html").read_text()
    assert '<pre class="mermaid"><code>flowchart LR' in network
    assert "<td><code>VpcCidr</code></td>" in network


LINKS = {
    "[see](secrets.md)": 0,
    "[see](secrets.md#keys)": 0,
    "[see](runbooks/rotation.md)": 0,
    "[see](missing.md)": 1,
    "[see](secrets.md#missing)": 1,
    "[see](#missing)": 1,
    "- one\n- [see](runbooks/rotation.md#missing)": 1,
    "| a |\n|---|\n| [see](missing.md) |": 1,
    "[see](../README.md)": 1,
    # links that the engine's own check ignores
    "- [x](missing.md)": 2,
    "![see](missing.png)": 2,
    "[see](runbooks/)": 2,
    "[see](missing)": 2,
    "[see](/missing/)": 2,
}


@pytest.mark.parametrize(("text", "status"), LINKS.items())
def test_a_broken_link_fails_the_build(recipe, tree, tmp_path, text, status):
    head, _, rest = tree[CONFIGURATION].partition("nav = [")
    small = {
        CONFIGURATION: head + rest.partition("\n]\n")[2],
        "pages/index.md": f"# Overview\n\n{text}\n",
        "pages/secrets.md": "# Secrets\n\n## Keys\n",
        "pages/runbooks/rotation.md": "# Rotation\n",
    }
    result = build(recipe, small, tmp_path / "docs")
    assert result.returncode == status, result.stdout + result.stderr


def test_a_missing_page_in_the_navigation_fails_the_build(recipe, tree, tmp_path):
    planted = {name: text for name, text in tree.items() if name != "pages/port-contract.md"}
    assert build(recipe, planted, tmp_path / "docs").returncode != 0


def test_make_check_builds_the_docs_like_make_docs(recipe):
    assert ASSEMBLE + recipe in recipe_of("check")
