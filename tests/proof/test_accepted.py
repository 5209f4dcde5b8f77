"""The accepted exceptions are those of decision 005, each with its reason."""

import re
from pathlib import Path

from tidegen.proof.accepted import ENVIRONMENT, accepted

PAGE = Path(__file__).parents[2] / "docs" / "decisions" / "005-isolation-within-an-account.md"
ROW = re.compile(r"^\| ([\w, ]+) \| (changes|reads|uses) \| (.*?) \| (.*?) \|$", re.M)


def test_the_committed_list_is_the_decisions_table():
    listed = {
        (tuple(m[1].split(", ")), m[2], tuple(re.findall(r"`([^`]+)`", m[3])), m[4])
        for m in ROW.finditer(PAGE.read_text())
    }
    rows = {(row.principals, row.kind, row.actions, row.because) for row in accepted()}
    assert len(listed) > 20
    assert {row[:3] for row in listed} == {row[:3] for row in rows}
    assert {row[3].replace("`", "") for row in listed} == {row[3] for row in rows}


def test_every_exception_has_a_reason_and_an_owner():
    assert all(row.because and row.principals for row in accepted())
    assert {row.on for row in accepted()} == {ENVIRONMENT, "account"}
