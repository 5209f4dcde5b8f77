"""Ctrl-C: the command stops watching at once; the deploy goes on and can be taken up again."""

import os
import signal
import subprocess
import sys

import pytest

from tests.conftest import ROOT, tidegen
from tidegen.local import running_engine


@pytest.fixture(scope="module")
def aws():
    with running_engine() as engine:
        yield engine.environment_variables()


def interrupted_after(text, *arguments, env):
    """Run the command, press Ctrl-C at the first line with `text`; exit code and what it said."""
    command = [sys.executable, "-m", "tidegen", *arguments]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = []
    for line in process.stderr:
        said.append(line)
        if text in line:
            process.send_signal(signal.SIGINT)
            break
    said += process.stderr.readlines()
    process.stderr.close()
    return process.wait(), "".join(said)


def test_ctrl_c_detaches_and_the_same_command_takes_it_up(aws):
    deploy = ("deploy", "--env", "account-nonproduction", "--yes")
    code, said = interrupted_after("[2/3]", *deploy, env=aws)
    assert code == 130
    assert "stopped watching account-nonproduction; it continues" in said
    assert "Traceback" not in said
    again = tidegen(*deploy, env=aws)
    assert again.returncode == 0, again.stderr
    status = tidegen("status", "--env", "account-nonproduction", env=aws)
    assert status.returncode == 0, status.stdout
