"""Colour on a terminal only: failures red, losses bold; pipes, NO_COLOR and TERM=dumb plain."""

import json
import os
import pty
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT, client, tidegen, unmeasured_engine

ACCOUNT = ("--env", "account-nonproduction", "--local")
SGR = re.compile(r"\x1b\[[0-9;]*m")
RED, BOLD_RED, YELLOW, RESET = "\x1b[31m", "\x1b[31m\x1b[1m", "\x1b[33m", "\x1b[0m"
PLAIN = [{"NO_COLOR": "1"}, {"NO_COLOR": "0"}, {"TERM": "dumb"}]

BAD = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {Nme: wrong}
"""


def on_terminal(*arguments, cwd=ROOT, env=None):
    """Run the command line on a separate terminal; return its exit code and output."""
    environment = {**os.environ, "TERM": "xterm-256color", **(env or {})}
    environment.update({} if env and "NO_COLOR" in env else {"NO_COLOR": ""})
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tidegen", *map(str, arguments)]
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
    with subprocess.Popen(command, cwd=cwd, env=environment, **streams) as process:
        os.close(theirs)
        parts = []
        while part := read(ours):
            parts.append(part)
    os.close(ours)
    return process.returncode, b"".join(parts).decode().replace("\r\n", "\n")


def read(descriptor):
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the other end is closed
        return b""


@pytest.fixture(scope="module")
def aws():
    """An engine with an account's root stack of another origin, and a recorder created by hand."""
    with unmeasured_engine() as engine:
        env = engine.environment_variables()
        template = {"Resources": {"Old": {"Type": "AWS::SNS::Topic"}}}
        stacks = client(env, "cloudformation")
        stacks.create_stack(StackName="tidepool-account", TemplateBody=json.dumps(template))
        stacks.get_waiter("stack_create_complete").wait(StackName="tidepool-account")
        role = "arn:aws:iam::444455556666:role/config"
        client(env, "config").put_configuration_recorder(
            ConfigurationRecorder={"name": "by-hand", "roleARN": role}
        )
        yield env


@pytest.fixture
def bad(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(BAD)
    return path


def test_an_error_is_red_on_a_terminal():
    code, text = on_terminal("plan", "--env", "no-such")
    assert code == 2
    assert text.startswith(f"{RED}error:{RESET} environment no-such: ")


def test_a_wrong_command_line_is_red_on_a_terminal():
    code, text = on_terminal("plan")
    assert code == 2
    assert text.startswith("Usage: ")
    assert text.endswith(f"\n\n{RED}error:{RESET} Missing option '--env'.\n")
    assert "\x1b" not in on_terminal("plan", env={"NO_COLOR": "1"})[1]


@pytest.mark.parametrize("env", PLAIN, ids=str)
def test_an_error_stays_plain(env):
    code, text = on_terminal("plan", "--env", "no-such", env=env)
    assert code == 2
    assert text.startswith("error: environment no-such: ")
    assert "\x1b" not in text


def test_findings_are_red_on_a_terminal_and_plain_elsewhere(bad):
    _, text = on_terminal("lint", "--no-cache", bad)
    assert f"{RED}{bad}:5: E3002 error: " in text
    assert not SGR.search(on_terminal("lint", "--no-cache", bad, env={"NO_COLOR": "1"})[1])
    piped = tidegen("lint", "--no-cache", bad)
    assert SGR.sub("", text) == piped.stdout + piped.stderr


@pytest.mark.parametrize("form", ["json", "sarif", "junit", "github"])
def test_findings_for_machines_stay_plain_on_a_terminal(form, bad):
    assert "\x1b" not in on_terminal("lint", "--format", form, bad)[1]


def test_a_plan_marks_removals_on_a_terminal_only(aws):
    arguments = ("plan", *ACCOUNT)
    _, text = on_terminal(*arguments, env=aws)
    assert f"{BOLD_RED}- Old  AWS::SNS::Topic" in text
    plain = on_terminal(*arguments, env={**aws, "NO_COLOR": "1"})[1]
    assert plain == SGR.sub("", text)
    assert "  - Old  AWS::SNS::Topic" in plain
    piped = tidegen(*arguments, env=aws)
    where, rest = piped.stderr.split("\n", 1)  # the first line is printed before the plan
    assert f"{where}\n{piped.stdout}{rest}" == plain


@pytest.mark.parametrize("form", ["--json", "--markdown"])
def test_a_plan_for_machines_stays_plain_on_a_terminal(form, aws):
    assert "\x1b" not in on_terminal("plan", *ACCOUNT, form, env=aws)[1]


def test_preflight_marks_what_it_refuses(aws):
    _, text = on_terminal("preflight", *ACCOUNT, env=aws)
    assert f"{RED}refused{RESET}  " in text
    assert "\x1b" not in tidegen("preflight", *ACCOUNT, env=aws).stdout


def test_colour_goes_to_the_terminal_and_not_to_the_pipe(aws):
    """One stream is a terminal, the other a file: each is decided separately."""
    command = [sys.executable, "-m", "tidegen", "plan", "--env", "development"]
    ours, theirs = pty.openpty()
    env = {**os.environ, **aws, "TERM": "xterm", "NO_COLOR": ""}
    done = subprocess.run(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=theirs, check=False
    )
    assert b"\x1b" not in done.stdout
    assert f"{YELLOW}missing:{RESET} " in read(ours).decode()
    os.close(theirs)
    os.close(ours)


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_progress_stays_plain(env):
    code, text = on_terminal("deploy", "--env", "shared-nonproduction", "--local", "--yes", env=env)
    assert code == 0, text
    assert not SGR.search(text)
    assert ("\x1b" in text) == ("NO_COLOR" in env)  # the tree moves the cursor, and has no colour


def test_progress_is_coloured_on_a_terminal():
    code, text = on_terminal("deploy", "--env", "shared-nonproduction", "--local", "--yes")
    assert code == 0, text
    assert "\x1b[36mCREATE_IN_PROGRESS" in text
