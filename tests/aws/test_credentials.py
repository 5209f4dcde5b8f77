"""Credentials are resolved once: one MFA code a command, cached as the AWS CLI caches them."""

import json
import os
import pty
import re
import select
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from tests.conftest import ROOT
from tests.serving import serving
from tidegen.aws.credentials import role_session_name
from tidegen.aws.sessions import session
from tidegen.planning.model import Credentials, Place

ACCOUNT = "444455556666"
CONFIG = f"""
[profile base]
aws_access_key_id = AKIDEXAMPLE
aws_secret_access_key = example
[profile {{}}]
role_arn = arn:aws:iam::{ACCOUNT}:role/operator
mfa_serial = arn:aws:iam::{ACCOUNT}:mfa/person
source_profile = base
region = us-west-2
"""


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        given = {key: value[0] for key, value in parse_qs(body).items()}
        self.server.calls.append(given)
        status, text = self.server.answer(given)
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


class Sts(ThreadingHTTPServer):
    """STS with one account; CloudFormation without stacks; nothing else."""

    def __init__(self):
        self.calls = []
        super().__init__(("127.0.0.2", 0), Handler)

    def answer(self, given):
        action = given.get("Action", "")
        if action == "AssumeRole":
            end = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
            keys = "AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>x</SecretAccessKey"
            text = f"<{keys}><SessionToken>x</SessionToken><Expiration>{end}</Expiration>"
            return 200, result(action, f"<Credentials>{text}</Credentials>")
        if action == "GetCallerIdentity":
            return 200, result(action, f"<Account>{ACCOUNT}</Account>")
        if action == "DescribeStacks" and "StackName" not in given:
            return 200, result(action, "<Stacks/>")
        text = f"Stack with id {given.get('StackName')} does not exist"
        error = f"<Error><Code>ValidationError</Code><Message>{text}</Message></Error>"
        return 400, f"<ErrorResponse>{error}</ErrorResponse>"

    def assumed(self):
        return [call for call in self.calls if call.get("Action") == "AssumeRole"]


def result(action, text):
    return f"<{action}Response><{action}Result>{text}</{action}Result></{action}Response>"


@pytest.fixture
def sts():
    server = Sts()
    with serving(server):
        yield server


@pytest.fixture
def variables(sts, tmp_path):
    """The shell of a person whose profile assumes a role with an MFA code."""
    (tmp_path / "config").write_text(CONFIG.format("tidepool-nonproduction"))
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return {
        **kept,
        "HOME": str(tmp_path),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_ENDPOINT_URL": f"http://127.0.0.2:{sts.server_port}",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }


def prompts(arguments, env):
    """Run the command on a terminal of its own, answering each question; return their number."""
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover - another process
        os.chdir(ROOT)
        os.execve(  # noqa: S606
            sys.executable, [sys.executable, "-m", "tidegen", *arguments], env
        )
    seen, answered = b"", 0
    while True:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, seen
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
        while seen.count(b"Enter MFA code") > answered:
            answered += 1
            os.write(terminal, b"123456\n")
    os.close(terminal)
    os.waitpid(pid, 0)
    return answered, seen.decode()


@pytest.mark.parametrize("command", ["status", "plan", "preflight"])
def test_a_command_asks_for_one_code_and_the_next_one_for_none(command, sts, variables):
    """Of all ports, regions and threads; the second command reads the AWS CLI's cache."""
    arguments = [command, "--env", "development"]
    assert prompts(arguments, variables)[0] == 1
    (call,) = sts.assumed()
    assert (call["TokenCode"], call["SerialNumber"]) == (
        "123456",
        f"arn:aws:iam::{ACCOUNT}:mfa/person",
    )
    assert prompts(arguments, variables)[0] == 0
    assert len(sts.assumed()) == 1


def test_the_cache_is_that_of_the_aws_cli(sts, variables, tmp_path):
    """awscli/customizations/assumerole.py: ~/.aws/cli/cache, one JSON file for each role."""
    prompts(["status", "--env", "development"], variables)
    (file,) = (tmp_path / ".aws" / "cli" / "cache").glob("*.json")
    assert json.loads(file.read_text())["Credentials"]["AccessKeyId"] == "ASIAX"
    assert file.stat().st_mode & 0o077 == 0


def test_a_home_that_cannot_be_written_keeps_no_cache(sts, variables, tmp_path):
    (tmp_path / ".aws").write_text("a file where the folder would be")
    count, text = prompts(["status", "--env", "development"], variables)
    assert count == 1
    assert "not deployed" in text
    assert "Traceback" not in text


def test_without_a_terminal_a_code_is_not_asked_for(variables):
    """`setsid`, a CI job or a cron job: one line, exit 2, and nobody interrupted anything."""
    done = subprocess.run(
        [sys.executable, "-m", "tidegen", "status", "--env", "development"],
        cwd=ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    line = done.stderr.splitlines()[-1]
    assert line.startswith(f"error: Enter MFA code for arn:aws:iam::{ACCOUNT}:mfa/person, and ")
    assert "run the command on one, or set the variables" in line
    assert "GetPassWarning" not in done.stderr


def test_sessions_of_all_regions_share_their_credentials(monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    role = Credentials(role=f"arn:aws:iam::{ACCOUNT}:role/deploy")
    places = [Place(ACCOUNT, region, role) for region in ("us-west-2", "eu-central-1")]
    first, second, third = (session(place) for place in (*places, places[0]))
    assert first.get_credentials() is second.get_credentials() is third.get_credentials()
    assert (first.region_name, second.region_name) == ("us-west-2", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ANOTHER")
    assert session(places[0]).get_credentials() is not first.get_credentials()


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        (
            {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "o'brien[bot]", "GITHUB_RUN_ID": "123"},
            "tidegen-o-brien-bot-123",
        ),
        (
            {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "a" * 99, "GITHUB_RUN_ID": "9" * 11},
            f"tidegen-{'a' * 32}-{'9' * 11}",
        ),
        ({"GITHUB_ACTIONS": "true"}, "tidegen"),
    ],
)
def test_the_session_name_says_which_run(variables, name):
    assert role_session_name(variables) == name


@pytest.mark.parametrize("user", ["jane", "jané döe", "x" * 99, "DOMAIN\\user", "-"])
def test_the_session_name_of_a_person_is_accepted_by_sts(user, monkeypatch):
    """The pattern of STS's API model, which botocore ships."""
    monkeypatch.setenv("LOGNAME", user)
    name = role_session_name({})
    assert re.fullmatch(r"[\w+=,.@-]{2,64}", name, re.ASCII)
    assert name.startswith("tidegen")
