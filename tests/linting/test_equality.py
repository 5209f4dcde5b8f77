"""The findings equal those of the cfn-lint command, on damaged and on committed templates."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT, unmeasured
from tidegen.linting.run import lint
from tidegen.rules import FOLDER

REGIONS = ["us-east-2", "us-west-2"]
COMMITTED = sorted((ROOT / "templates" / "current").rglob("*.yaml"))
SMALL = [path for path in COMMITTED if path.stat().st_size < 15_000]


def identity(path, line, column, rule, message):
    """Return the identity of a finding; the order of a set in its message differs by process."""
    return path, line, column, rule, "".join(sorted(message))


def findings_of_cfn_lint(paths):
    command = [
        Path(sys.executable).parent / "cfn-lint",
        "--format",
        "json",
        "--include-checks",
        "I",
    ]
    command += ["--append-rules", FOLDER, "--regions", *REGIONS, "--", *paths]
    with unmeasured():
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return {
        identity(
            match["Filename"],
            match["Location"]["Start"]["LineNumber"],
            match["Location"]["Start"]["ColumnNumber"],
            match["Rule"]["Id"],
            match["Message"],
        )
        for match in json.loads(done.stdout)
    }


def findings_of_tidegen(paths):
    report = lint(paths, REGIONS, use_cache=False)
    return {identity(f.path, f.line, f.column, f.rule, f.message) for f in report.findings}


def damaged(text, chance):
    """The text with one of its lines dropped, doubled, moved in, swapped or given another value."""
    lines = text.splitlines()
    number = chance.randrange(len(lines))
    line = lines[number]
    key = line.partition(":")[0]
    lines[number : number + 1] = chance.choice(
        [
            [],
            [line, line],
            [f"  {line}"],
            [f"{key}: {chance.choice(['', 'no', '-1', '[]', '{}', '!Ref Nobody', 'us-east-1a'])}"],
            [line.replace("AWS::", "AWS::X", 1)],
            [f"{key}s:{line.partition(':')[2]}"],
            [line.replace("!Ref ", "!GetAtt ").replace("arn:", "arm:")],
        ]
    )
    return "\n".join(lines) + "\n"


@given(
    st.lists(
        st.tuples(st.sampled_from(SMALL), st.randoms(use_true_random=False)),
        min_size=12,
        max_size=12,
    )
)
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_damaged_templates_have_the_same_findings(work, cases):
    paths = []
    for number, (source, chance) in enumerate(cases):
        paths.append(work / f"{number}.yaml")
        paths[-1].write_text(damaged(source.read_text(), chance))
    assert findings_of_tidegen(paths) == findings_of_cfn_lint(paths)


@pytest.mark.usefixtures("work")
def test_committed_templates_with_a_fault_have_the_same_findings(tmp_path):
    paths = []
    for source in COMMITTED:
        paths.append(tmp_path / source.name)
        paths[-1].write_text(source.read_text().replace("    Properties:\n", "    Propertys:\n", 1))
    ours = findings_of_tidegen(paths)
    assert ours == findings_of_cfn_lint(paths)
    assert len({path for path, *_ in ours}) == len(paths)
