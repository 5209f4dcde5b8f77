"""`tidegen rehearse`: refusals, failures, interruptions; test_lost_region.py rehearses it all."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, deployed, tidegen
from tidegen.errors import DeploymentError, InputError
from tidegen.local.shell import LocalShell, search_path

RESTORED = ("rehearse", "--env", "production", "--local")


@pytest.fixture
def left(tmp_path):
    """The folder in which temporary files are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def engines():
    """Return the processes of engines on this machine."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True)
    return set(re.findall(r"^ *(\d+) .*tidegen\.local\.server", listed.stdout, re.M))


def test_a_failed_stage_is_an_answer_and_nothing_is_left(project, left):
    """The templates are not those of the source, which the first deploy refuses."""
    template = project / "templates" / "current" / "network.yaml"
    template.write_text(template.read_text() + "# edited\n")
    done = tidegen(*RESTORED, "--json", cwd=project, env={"TMPDIR": str(left)})
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    first, *rest = document["stages"]
    assert (first["stage"], first["result"]) == ("prerequisites", "failed")
    assert "differs from the source in" in first["detail"]
    assert {stage["result"] for stage in rest} == {"not rehearsed"}
    assert document["passed"] is False
    assert done.stderr.splitlines() == [f"[1/{len(document['stages'])}] {first['title']}"]
    assert list(left.iterdir()) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_rehearsal_leaves_nothing(left, number, code):
    before = engines()
    process = subprocess.Popen(
        [sys.executable, "-m", "tidegen", *RESTORED],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(left)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        for line in process.stderr:
            if line.startswith("[1/"):
                process.send_signal(number)
                break
        stderr = process.stderr.read()
        assert process.wait() == code
    assert "Traceback" not in stderr
    assert list(left.iterdir()) == []
    assert engines() <= before


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--env", "development", "--local"), "has no recovery region"),
        (("--env", "shared-production", "--local"), "is of scope shared"),
        (("--env", "production", "--local", "--region", "us-west-2"), "is the environment's own"),
    ],
)
def test_an_environment_that_cannot_be_recovered_is_refused(arguments, problem, left):
    done = tidegen("rehearse", *arguments, env={"TMPDIR": str(left)})
    assert done.returncode == 2
    assert problem in done.stderr
    assert list(left.iterdir()) == []


def test_a_protected_environment_is_never_rehearsed_in_its_account(aws_of_nobody):
    done = tidegen("rehearse", "--env", "production", "--yes", env=aws_of_nobody)
    assert done.returncode == 1
    assert "error: production: is protected; name an environment of its own, or" in done.stderr


@pytest.fixture
def aws_of_nobody():
    """Variables with which nothing can be reached."""
    return {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }


def rehearsal_files(project):
    """Add an environment for rehearsals to a project, and its recovery region's account file."""
    write(
        project,
        "staging.yaml",
        "rehearsal.yaml",
        ("name: staging ", "name: rehearsal "),
        ("shared: shared-nonproduction\n", ""),
        ("10.48.0.0", "10.160.0.0"),
        ("release: current", "recovery: {region: us-east-2}\nrelease: current"),
    )
    write(
        project,
        "account-nonproduction.yaml",
        "account-other.yaml",
        ("name: account-nonproduction", "name: account-other"),
        ("us-west-2", "us-east-2"),
        ("home_region: true", "home_region: false"),
    )


def write(project, source, target, *changes):
    text = (project / "environments" / source).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (project / "environments" / target).write_text(text)


def test_without_its_prerequisites_nothing_is_begun(project):
    rehearsal_files(project)
    with deployed("account-nonproduction") as aws:
        done = tidegen("rehearse", "--env", "rehearsal", "--yes", env=aws, cwd=project, local=False)
    assert done.returncode == 1
    assert "bootstrap is missing (tidepool-bootstrap (444455556666/us-east-2))" in done.stderr
    assert "[1/" not in done.stderr


def shell(folder, answer="name"):
    commands = folder / "bin"
    commands.mkdir()
    made = LocalShell(folder, search_path(commands), answer, ["--local"])
    made.install(commands)
    return made


def test_commands_of_the_runbook_find_tidegen_and_the_aws_cli(tmp_path):
    run = shell(tmp_path).run
    assert run("tidegen --version").startswith("tidegen ")
    assert run("aws --version").startswith("aws-cli/")
    assert run("pwd").strip() == str(tmp_path)


def test_a_failed_command_is_named_with_its_last_words(tmp_path):
    with pytest.raises(DeploymentError, match=r"^false line .*: exited with 3: last words$"):
        shell(tmp_path).run("false line || { echo last words >&2; exit 3; }")


def test_a_failure_inside_a_pipe_is_one(tmp_path):
    with pytest.raises(DeploymentError, match="exited with 1"):
        shell(tmp_path).run("false | cat")


def test_without_the_aws_cli_nothing_is_begun(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(InputError, match=r"is not installed; run: pip install 'tidegen\[local\]'"):
        search_path(Path(tmp_path))
