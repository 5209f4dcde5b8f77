"""Ctrl-C: the command stops watching at once; the deploy continues and can be followed again."""

import os
import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT, tidegen, unmeasured_engine


@pytest.fixture(scope="module")
def aws():
    with unmeasured_engine() as engine:
        yield engine.environment_variables()


def interrupted_after(text, *arguments, env):
    """Run the command, press Ctrl-C at the first line with `text`; return exit code and stderr."""
    command = [sys.executable, "-m", "tidegen", *arguments, "--local"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines = []
    for line in process.stderr:
        lines.append(line)
        if text in line:
            process.send_signal(signal.SIGINT)
            break
    lines += process.stderr.readlines()
    process.stderr.close()
    return process.wait(), "".join(lines)


def test_ctrl_c_stops_watching_and_the_same_command_resumes(aws):
    deploy = ("deploy", "--env", "account-nonproduction", "--yes")
    code, stderr = interrupted_after("[2/3]", *deploy, env=aws)
    assert code == 130
    assert "stopped watching account-nonproduction; it continues" in stderr
    assert "Traceback" not in stderr
    again = tidegen(*deploy, env=aws)
    assert again.returncode == 0, again.stderr
    status = tidegen("status", "--env", "account-nonproduction", env=aws)
    assert status.returncode == 0, status.stdout
