"""No sentence begins with a relative clause: name the resource, the person or the value instead.

`codespell` refuses single words (docs/wording.txt); this test refuses what it cannot see. Both read
the files that they skip from setup.cfg.
"""

import ast
import configparser
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from itertools import chain

import pytest

from tests.conftest import ROOT

#: "What is deployed is kept." and "Whoever deploys, ...", but no question.
CLAUSE = re.compile(
    r"(?:^|(?<=[.!:;?] )|(?<=\n))"
    r"((?:What|Whatever|Who|Whoever|Whichever)\b(?!'s)[^.?!]*+[.!]?)(?!\?)"
)


def clauses(text):
    """The sentences of a text that begin with a relative clause."""
    return [" ".join(sentence.split()) for sentence in CLAUSE.findall(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Return the value. What is missing is None.", ["What is missing is None."]),
        ("Whoever deploys\nmay read.", ["Whoever deploys may read."]),
        ("Rules\n\nWho reads: everybody", ["Who reads: everybody"]),
        ("Deploy it. Who can reach us? Nobody.", []),
        ("Explain what is missing.", []),
        ("Whole roots", []),
    ],
)
def test_the_check_finds_clauses_and_no_questions(text, sentences):
    assert clauses(text) == sentences


def skipped():
    """The patterns of files that are generated or not revised yet."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    patterns = config["codespell"]["skip"].replace("\n", "").split(",")
    return [pattern for pattern in patterns if pattern]


def files(ending):
    """The committed files with that ending that are checked."""
    done = subprocess.run(
        ["git", "ls-files", f"*{ending}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names, patterns = done.stdout.split(), skipped()
    return [name for name in names if not any(fnmatch(name, pattern) for pattern in patterns)]


def texts(tree):
    """The line and text of every string, docstrings included, with … for values of an f-string."""
    inner = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
            yield node.lineno, "".join(parts)
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner
        ):
            yield node.lineno, node.value


def test_files_are_found():
    assert "tidegen/rules/_rule.py" in files(".py")
    assert "README.md" in files(".md")
    assert "tidegen/failures/audit.toml" in files(".toml")


@pytest.mark.parametrize("name", files(".py"))
def test_no_string_or_docstring_begins_with_a_relative_clause(name):
    tree = ast.parse((ROOT / name).read_text())
    assert [(line, c) for line, text in texts(tree) for c in clauses(text)] == []


@pytest.mark.parametrize("name", files(".py"))
def test_no_comment_begins_with_a_relative_clause(name):
    comments = re.findall(r"(?:^|  )#:? (.*)", (ROOT / name).read_text(), re.MULTILINE)
    assert clauses("\n".join(comments)) == []


def strings(value):
    """Every string in the tables and lists of a TOML file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


@pytest.mark.parametrize("name", files(".toml"))
def test_no_text_of_a_table_begins_with_a_relative_clause(name):
    tables = tomllib.loads((ROOT / name).read_text("utf-8"))
    assert [(text, c) for text in strings(tables) for c in clauses(text)] == []


@pytest.mark.parametrize("name", files(".md"))
def test_no_sentence_of_a_page_begins_with_a_relative_clause(name):
    text = re.sub(r"```.*?```", "", (ROOT / name).read_text(), flags=re.DOTALL)
    lines = re.sub(r"^[#*>\-\d.| ]+", "\n", text, flags=re.MULTILINE)
    cells = chain.from_iterable(line.split(" | ") for line in lines.split("\n\n"))
    assert [c for cell in cells for c in clauses(cell)] == []
