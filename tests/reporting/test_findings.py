"""Findings in every form, read back by independent parsers."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as SarifLog

from tidegen.linting.model import Finding
from tidegen.reporting.lint import FORMS, formatted
from tidegen.reporting.lint.data import findings_json
from tidegen.reporting.lint.github import findings_github
from tidegen.reporting.lint.junit import findings_junit
from tidegen.reporting.lint.sarif import findings_sarif
from tidegen.reporting.lint.text import findings_text

FINDING = Finding(
    path="templates/a b.yaml",
    line=2,
    column=3,
    end_line=2,
    end_column=7,
    rule="E3012",
    severity="error",
    message="5 is not a 'string'",
    pointer="Resources/T/Properties/Name",
    title="Check values",
    source="https://example.org/E3012",
    origin="tidegen/concerns/storage/__init__.py:41",
)
ODD_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
ANY_FINDING = st.builds(
    Finding,
    path=st.sampled_from(["a.yaml", "/elsewhere/b.yaml", "../c.yaml"]),
    line=st.integers(1, 9),
    column=st.integers(1, 9),
    end_line=st.integers(1, 9),
    end_column=st.integers(1, 9),
    rule=st.sampled_from(["E3012", "W1", "I3010"]),
    severity=st.sampled_from(["error", "warning", "informational"]),
    message=ODD_TEXT,
    pointer=ODD_TEXT,
    title=ODD_TEXT,
    source=st.sampled_from(["", "https://example.org/rule"]),
    origin=st.sampled_from(["", "tidegen/concerns/storage/__init__.py:41"]),
)


def test_text_shows_the_line_with_a_caret_and_its_origin():
    lines = {FINDING.path: ["T:", "  Name: 5"]}
    assert findings_text([FINDING], lines) == (
        "templates/a b.yaml:2: E3012 error: 5 is not a 'string'\n"
        "    2 |   Name: 5\n"
        "      |   ^^^^\n"
        "  made by tidegen/concerns/storage/__init__.py:41\n"
    )


def test_text_shows_a_window_of_a_long_line():
    finding = Finding(
        path="a.json",
        line=1,
        column=500_001,
        rule="E1",
        severity="error",
        message="m",
        end_line=1,
        end_column=500_004,
    )
    text = findings_text([finding], {"a.json": ["x" * 500_000 + "bad" + "y" * 500_000]})
    _, line, caret = text.splitlines()
    assert len(line) < 120
    assert line[caret.index("^") : caret.rindex("^") + 1] == "bad"


def test_json_has_every_field_and_the_logical_id():
    (row,) = json.loads(findings_json([FINDING]))
    assert row["logical_id"] == "T"
    assert Finding(**{k: v for k, v in row.items() if k != "logical_id"}) == FINDING


def test_github_escapes_separators_in_properties():
    assert findings_github([FINDING]) == (
        "::error file=templates/a b.yaml,line=2,endLine=2,col=3,title=E3012,endColumn=7::"
        "5 is not a 'string' (made by tidegen/concerns/storage/__init__.py:41)\n"
    )
    odd = Finding(
        path="a,b:c.yaml",
        line=1,
        column=1,
        rule="I1",
        severity="informational",
        message="100%\nnext",
        end_line=3,
        end_column=1,
    )
    assert findings_github([odd]) == (
        "::notice file=a%2Cb%3Ac.yaml,line=1,endLine=3,col=1,title=I1::100%25%0Anext\n"
    )


def test_junit_has_a_case_for_each_template():
    report = JUnitXml.fromstring(findings_junit([FINDING], ["fine.yaml", FINDING.path]).encode())
    (suite,) = report
    assert (suite.tests, suite.failures) == (2, 1)
    cases = {case.name: case for case in suite}
    assert cases["fine.yaml"].is_passed
    (failure,) = cases[FINDING.path].result
    assert (failure.type, failure.message) == ("E3012", FINDING.message)
    assert "storage/__init__.py:41" in failure.text


def test_sarif_has_place_rule_and_the_python_line():
    (run,) = json.loads(findings_sarif([FINDING], Path()))["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["helpUri"]) == ("E3012", FINDING.source)
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "templates/a%20b.yaml", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 7}
    made = result["relatedLocations"][0]["physicalLocation"]
    assert made["artifactLocation"]["uri"] == "tidegen/concerns/storage/__init__.py"
    assert made["region"] == {"startLine": 41}


@given(st.lists(ANY_FINDING, max_size=3))
@settings(max_examples=30, deadline=None)
def test_sarif_is_valid_against_the_standards_schema(findings):
    SarifLog.model_validate_json(findings_sarif(findings, Path()))


@given(st.lists(ANY_FINDING, max_size=3))
@settings(max_examples=30, deadline=None)
def test_every_form_takes_any_finding(findings):
    JUnitXml.fromstring(findings_junit(findings, ["a.yaml"]).encode())
    assert len(json.loads(findings_json(findings))) == len(findings)
    assert findings_github(findings).count("\n") == len(findings)
    lines = {finding.path: ["\ttab", "", "\x1b[31mred"] for finding in findings}
    assert findings_text(findings, lines).replace("\n", "").isprintable()


@pytest.mark.parametrize("form", FORMS)
def test_no_findings(form):
    text = formatted([], [Path("a.yaml")], form)
    assert text == "" if form in ("text", "github") else text.endswith("\n")
