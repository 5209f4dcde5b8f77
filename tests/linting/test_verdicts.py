"""Verdicts: when they are cached and when checked again; a warm run imports nothing heavy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, tidegen, unmeasured
from tidegen.linting.run import lint

BAD = "Resources:\n  T:\n    Type: AWS::EC2::InternetGateway\n    Properties:\n      Nope: 1\n"
GOOD = "Resources:\n  T:\n    Type: AWS::EC2::InternetGateway\n"
REGION = ["us-west-2"]


pytestmark = pytest.mark.usefixtures("work")


@pytest.fixture
def bad(work):
    path = work / "bad.yaml"
    path.write_text(BAD)
    return path


def test_a_fault_is_reported_with_its_line_cold_and_warm(bad):
    cold, warm = lint([bad], REGION), lint([bad], REGION)
    (finding,) = cold.findings
    assert (finding.rule, finding.line, finding.logical_id) == ("E3002", 5, "T")
    assert finding.title
    assert finding.source.startswith("https://")
    assert warm.findings == cold.findings
    assert (cold.checked, warm.checked) == (1, 0)


def test_the_same_content_at_another_path_is_cached_under_its_own_path(bad):
    lint([bad], REGION)
    copy = shutil.copy(bad, bad.with_name("copy.yaml"))
    report = lint([copy], REGION)
    assert report.checked == 0
    assert report.findings[0].path == str(copy)


def test_only_the_changed_template_is_checked_again(bad):
    good = bad.with_name("good.yaml")
    good.write_text(GOOD)
    assert lint([bad, good], REGION).checked == 2
    good.write_text(GOOD + "  U:\n    Type: AWS::EC2::InternetGateway\n")
    report = lint([bad, good], REGION)
    assert (report.templates, report.checked, len(report.findings)) == (2, 1, 1)


def test_regions_and_configuration_change_the_verdict(bad, tmp_path):
    lint([bad], REGION)
    assert lint([bad], ["eu-west-1"]).checked == 1
    (tmp_path / "home" / ".cfnlintrc").write_text("ignore_checks: [E3002]\n")
    report = lint([bad], REGION)
    assert (report.checked, report.findings) == (1, ())
    bad.with_name(".cfnlintrc").write_text("ignore_checks: [W]\n")
    assert lint([bad], REGION).checked == 1


def test_fetched_schemas_change_the_verdict(bad, tmp_path):
    lint([bad], REGION)
    (tmp_path / "cache" / "aws" / "cfn-lint" / "schemas" / "providers").mkdir(parents=True)
    assert lint([bad], REGION).checked == 1


def test_a_configuration_with_further_files_is_not_cached(bad):
    bad.with_name(".cfnlintrc").write_text("append_rules: [own]\n")
    bad.with_name("own").mkdir()
    assert [lint([bad], REGION).checked for _ in range(2)] == [1, 1]


def test_a_template_that_reads_another_is_always_checked(work):
    parent, child = work / "parent.yaml", work / "child.yaml"
    parent.write_text(
        "Resources:\n  S:\n    Type: AWS::CloudFormation::Stack\n"
        "    Properties:\n      TemplateURL: child.yaml\n      Parameters: {A: b}\n"
    )
    child.write_text("Parameters: {A: {Type: String}}\n" + GOOD)
    assert not [f for f in lint([parent], REGION).findings if f.rule == "E3043"]
    child.write_text(GOOD)
    assert [f for f in lint([parent], REGION).findings if f.rule == "E3043"]


def test_without_the_cache_everything_is_checked_and_nothing_stored(bad, tmp_path):
    lint([bad], REGION, use_cache=False)
    assert list((tmp_path / "cache").iterdir()) == []
    lint([bad], REGION)
    assert lint([bad], REGION, use_cache=False).checked == 1


def test_several_processes_find_the_same_as_one(work):
    paths = []
    for number in range(4):
        paths.append(work / f"{number}.yaml")
        paths[-1].write_text(BAD + "#" * 9_000)
    spread = lint(paths, REGION, use_cache=False)
    alone = [f for path in paths for f in lint([path], REGION, use_cache=False).findings]
    assert list(spread.findings) == alone
    assert len(alone) == 4


def test_a_warm_run_imports_nothing_heavy(project):
    with unmeasured():
        assert tidegen("lint", cwd=project).returncode == 0
    script = (
        "import sys; from tidegen.cli import cli; cli.main(['lint'], standalone_mode=False);"
        "heavy = {'boto3','cfnlint','sympy','pydantic','troposphere','yaml','rich','asyncio',"
        "'importlib.metadata','multiprocessing','xml'};"
        "loaded = heavy & set(sys.modules); sys.exit(str(loaded) if loaded else 0)"
    )
    command = [sys.executable, "-c", script]
    # measuring coverage imports some of them itself
    env = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    done = subprocess.run(
        command, cwd=project, capture_output=True, text=True, check=False, env=env
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "templates unchanged" in done.stderr


def test_a_wrong_environment_file_is_reported_at_every_run(project):
    path = project / "environments" / "development.yaml"
    path.write_text(path.read_text().replace("region: us-west-2", "region: nowhere-9"))
    for _ in range(2):
        done = tidegen("lint", cwd=project)
        assert done.returncode == 2
        assert "environments/development.yaml:" in done.stderr


def test_the_cfn_lint_command_finds_the_same_with_our_rules_folder():
    """The folder loads in cfn-lint without the tidegen command."""
    from tidegen.rules import FOLDER

    command = [Path(sys.executable).parent / "cfn-lint", "--append-rules", str(FOLDER), "--regions"]
    command += ["us-east-2", "us-west-2", "--", str(ROOT / "templates" / "current" / "dns.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
