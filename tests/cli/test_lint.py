"""`tidegen lint` through the command line."""

import json

from tests.conftest import ROOT, tidegen


def test_the_committed_templates_have_no_findings():
    done = tidegen("lint")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_finding_has_file_line_and_rule(project):
    path = project / "bad.yaml"
    path.write_text("Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties:\n      Nope: 1\n")
    done = tidegen("lint", path, cwd=project)
    assert done.returncode == 1
    assert done.stdout.startswith(f"{path}:5: E3002 error: ")
    done = tidegen("lint", "--json", path, cwd=project)
    assert json.loads(done.stdout)[0]["rule"] == "E3002"


def test_cfn_lint_itself_is_silent():
    import subprocess
    import sys
    from pathlib import Path

    paths = sorted((ROOT / "templates" / "current").rglob("*.yaml"))
    command = [Path(sys.executable).parent / "cfn-lint", "--include-checks", "I", "--regions"]
    command += ["us-east-2", "us-west-2", "--", *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_no_templates(tmp_path):
    (tmp_path / "environments").mkdir()
    done = tidegen("lint", cwd=tmp_path)
    assert done.returncode == 2
    assert "holds no templates; run 'tidegen render' first" in done.stderr
