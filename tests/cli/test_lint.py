"""`tidegen lint` through the command line."""

import json
import os
import re
import subprocess
import sys
import time

import pytest

from tests.conftest import ROOT, tidegen

BAD = "Resources:\n  T:\n    Type: AWS::EC2::InternetGateway\n    Properties:\n      Nope: 1\n"
GOOD = "Resources:\n  T:\n    Type: AWS::EC2::InternetGateway\n"


@pytest.fixture
def bad(project):
    path = project / "bad.yaml"
    path.write_text(BAD)
    return path


def test_the_committed_templates_have_no_findings():
    done = tidegen("lint")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_finding_has_file_line_rule_and_excerpt(project, bad):
    done = tidegen("lint", bad, cwd=project)
    assert done.returncode == 1
    assert done.stdout.startswith(f"{bad}:5: E3002 error: ")
    assert "    5 |       Nope: 1\n      |       ^^^^\n" in done.stdout
    assert done.stderr.startswith("1 template in us-east-2, us-west-2: 1 finding")


def test_every_form_by_its_name_and_its_flag(project, bad):
    for form in ("json", "sarif", "junit"):
        named = tidegen("lint", "--format", form, bad, cwd=project)
        short = tidegen("lint", f"--{form}", bad, cwd=project)
        assert named.stdout == short.stdout
        assert named.stdout.count("E3002") >= 1
        assert (named.returncode, short.returncode) == (1, 1)
    github = tidegen("lint", "--format", "github", "bad.yaml", cwd=project)
    assert github.stdout.startswith("::error file=bad.yaml,line=5,")


def test_a_finding_in_a_rendered_template_names_the_python_line(project):
    path = project / "templates" / "current" / "storage.yaml"
    path.write_text(path.read_text().replace("VersioningConfiguration:", "Versioning:", 1))
    (finding,) = json.loads(tidegen("lint", "--json", cwd=project).stdout)
    assert finding["path"] == "templates/current/storage.yaml"
    assert "tidegen/concerns/storage/__init__.py:" in finding["origin"]


def test_an_unknown_rule_does_not_list_hundreds():
    done = tidegen("lint", "--rule", "X")
    assert done.returncode == 2
    assert re.fullmatch(
        r"error: rule 'X': does not exist; known: \d{3}, from E0000 to W\d{4}\n", done.stderr
    )


def test_rules_can_be_chosen_and_left_out(project, bad):
    assert tidegen("lint", bad, "--ignore", "E3002", cwd=project).returncode == 0
    assert tidegen("lint", bad, "--ignore", "W", cwd=project).returncode == 1
    assert tidegen("lint", bad, "--rule", "E3", cwd=project).returncode == 1
    assert tidegen("lint", bad, "--rule", "E3012", cwd=project).returncode == 0


@pytest.mark.parametrize("option", ["--rule", "--ignore", "--explain"])
def test_a_misspelt_rule_names_the_closest(option, project, bad):
    done = tidegen("lint", option, "E302", bad, cwd=project)
    if option == "--explain":
        assert done.returncode == 2
        assert "rule 'E302': does not exist; did you mean 'E" in done.stderr
    done = tidegen("lint", option, "X3002", bad, cwd=project)
    assert done.returncode == 2
    assert "rule 'X3002': does not exist; did you mean '" in done.stderr


def test_explain_describes_a_rule_and_its_source():
    done = tidegen("lint", "--explain", "E3012")
    assert done.returncode == 0
    assert done.stdout.startswith("E3012 error: Check resource properties values\n")
    assert "Source: https://" in done.stdout


def test_suppressions_are_listed_and_counted(project):
    done = tidegen("lint", "--suppressions", cwd=project)
    assert done.returncode == 0
    row = "replicas.yaml: ReplicaUploadsBucket: guard S3_BUCKET_REPLICATION_ENABLED: "
    assert row in done.stdout
    assert " x guard S3_BUCKET_REPLICATION_ENABLED\n" in done.stdout
    rows = json.loads(tidegen("lint", "--suppressions", "--json", cwd=project).stdout)
    assert done.stderr.startswith(f"{len(rows)} suppressions in ")


def test_an_unknown_region_names_the_closest(project, bad):
    done = tidegen("lint", bad, "--region", "us-wesst-2", cwd=project)
    assert done.returncode == 2
    assert "region 'us-wesst-2': does not exist; did you mean 'us-west-2'?" in done.stderr


def test_any_templates_outside_any_project(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "bad.yml").write_text(BAD)
    (tmp_path / "good.json").write_text(
        '{"Resources": {"T": {"Type": "AWS::EC2::InternetGateway"}}}'
    )
    regions = {"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-central-1"}
    done = tidegen("lint", ".", cwd=tmp_path, env=regions)
    assert done.returncode == 1
    assert done.stdout.startswith("deep/bad.yml:5: E3002 error: ")
    assert done.stderr.startswith("2 templates in eu-central-1: 1 finding")


def test_the_platforms_rules_apply_to_the_projects_templates_only(project, tmp_path):
    topic = "Resources:\n  T:\n    Type: AWS::SNS::Topic\n"
    theirs = tmp_path / "theirs.yaml"
    theirs.write_text(topic)
    assert tidegen("lint", theirs, cwd=project).returncode == 0
    asked = tidegen("lint", theirs, "--platform", cwd=project)
    assert "E9302" in asked.stdout
    ours = project / "templates" / "current" / "ours.yaml"
    ours.write_text(topic)
    assert "E9302" in tidegen("lint", ours, cwd=project).stdout
    assert tidegen("lint", ours, "--no-platform", cwd=project).returncode == 0


def test_without_a_home(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD)
    nowhere = {"HOME": "/nonexistent", "XDG_CACHE_HOME": ""}
    done = tidegen("lint", "a.yaml", cwd=tmp_path, env=nowhere)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_broken_configuration_is_one_line(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / ".cfnlintrc").write_text("regions: 7\n")
    done = tidegen("lint", "a.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: .cfnlintrc: ")
    assert "Traceback" not in done.stderr


def test_watch_checks_again_on_save_until_interrupted(project, bad):
    command = [sys.executable, "-u", "-m", "tidegen", "lint", "--watch", str(bad)]
    watcher = subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE, text=True)
    try:
        assert "1 finding" in watcher.stderr.readline()
        assert "watching 1 template" in watcher.stderr.readline()
        time.sleep(0.01)  # a time stamp later than the first one
        bad.write_text(GOOD)
        assert "0 findings" in watcher.stderr.readline()
        watcher.send_signal(2)
        assert "interrupted" in watcher.stderr.read()
        assert watcher.wait(timeout=20) == 130
    finally:
        watcher.kill()
        watcher.stderr.close()
        watcher.wait()


def test_no_templates(tmp_path):
    (tmp_path / "environments").mkdir()
    done = tidegen("lint", cwd=tmp_path)
    assert done.returncode == 2
    assert "contains no templates; run 'tidegen render' first" in done.stderr
    assert tidegen("lint", "environments", cwd=tmp_path).returncode == 2


def test_cfn_lint_itself_is_silent():
    from pathlib import Path

    paths = sorted((ROOT / "templates" / "current").rglob("*.yaml"))
    command = [Path(sys.executable).parent / "cfn-lint", "--include-checks", "I", "--regions"]
    command += ["us-east-2", "us-west-2", "--", *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert (done.returncode, done.stdout) == (0, "")
