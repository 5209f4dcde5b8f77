"""Ctrl-C and other signals, closed streams: what is printed is what AWS was asked for."""

import json
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


def interrupted_after(text, *arguments, env, number=signal.SIGINT):
    """Run the command, send a signal at the first line with `text`; return exit code and stderr."""
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
            process.send_signal(number)
            break
    lines += process.stderr.readlines()
    process.stderr.close()
    return process.wait(), "".join(lines)


DEPLOY = ("deploy", "--env", "account-nonproduction", "--yes")


@pytest.mark.parametrize(
    ("number", "code", "name"),
    [
        (signal.SIGINT, 130, "SIGINT"),
        (signal.SIGTERM, 143, "SIGTERM"),
        (signal.SIGHUP, 129, "SIGHUP"),
    ],
)
def test_a_signal_says_what_was_begun_and_what_was_not(aws, number, code, name):
    """At the second of three roots, before or after its change set is executed: AWS knows."""
    ended, stderr = interrupted_after("[2/3]", *DEPLOY, env=aws, number=number)
    assert ended == code
    (line,) = [line for line in stderr.splitlines() if line.startswith("stopped ")]
    assert line.startswith(f"stopped account-nonproduction ({name}): ")
    assert "not begun: " in line
    assert "run the same command again: it follows first, then does the rest" in line
    assert "Traceback" not in stderr
    status = json.loads(
        tidegen("status", "--env", "account-nonproduction", "--json", env=aws).stdout
    )
    not_begun = line.partition("not begun: ")[2].partition(";")[0].split(", ")
    assert {root["address"]["name"] for root in status if not root["status"]} <= set(not_begun)


def test_the_same_command_completes_what_a_signal_stopped(aws):
    again = tidegen(*DEPLOY, env=aws)
    assert again.returncode == 0, again.stderr
    status = tidegen("status", "--env", "account-nonproduction", env=aws)
    assert status.returncode == 0, status.stdout


def test_a_reader_that_goes_away_does_not_stop_what_has_begun(aws):
    """`deploy --json | head`: the deploy goes on to its end, protection included."""
    deploy = [sys.executable, "-m", "tidegen", "deploy", "--env", "shared-nonproduction", "--local"]
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [*deploy, "--yes", "--json"],
        cwd=ROOT,
        env={**os.environ, **aws},
        stdout=writer,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as lines:
        for line in lines:
            if json.loads(line)["event"] == "executing":
                break
    assert process.wait() == 0
    status = tidegen("status", "--env", "shared-nonproduction", env=aws)
    assert status.returncode == 0, status.stdout


def test_a_reader_that_goes_away_before_anything_is_begun_stops_the_deploy(aws):
    deploy = [sys.executable, "-m", "tidegen", "deploy", "--env", "development", "--yes", "--local"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        deploy,
        cwd=ROOT,
        env={**os.environ, **aws},
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert done.returncode == 141
    assert "a pipe was closed before all was printed" in done.stderr
    status = tidegen("status", "--env", "development", env=aws)
    assert "not deployed" in status.stdout


@pytest.mark.parametrize("closed", ["null", "closed"])
@pytest.mark.parametrize(
    "command", [["destroy", "--env", "shared-nonproduction", "--local"]], ids=str
)
def test_a_question_without_a_terminal_is_not_known(aws, command, closed):
    """No terminal is no interruption: exit 2, with the option that answers."""
    run = f"{sys.executable} -m tidegen {' '.join(command)} " + (
        "</dev/null" if closed == "null" else "<&-"
    )
    done = subprocess.run(
        ["sh", "-c", run],
        cwd=ROOT,
        env={**os.environ, **aws},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "error: standard input has ended before the answer; run it on a terminal" in done.stderr
    assert "Traceback" not in done.stderr
    assert tidegen("status", "--env", "shared-nonproduction", env=aws).returncode == 0
