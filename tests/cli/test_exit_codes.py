"""One meaning for each exit code, on every command; errors in one line, and as JSON with --json."""

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import click
import pytest

from tests.conftest import ROOT, tidegen
from tests.serving import serving
from tidegen.cli import COMMANDS, cli
from tidegen.cli.ending import ending_data, ending_of
from tidegen.errors import InputError, Problem

#: Arguments that a command needs next to the environment.
NEEDED = {"import": ["--find"], "secrets rotate": ["server"]}


def commands():
    """Path → command of every command and subcommand."""
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        yield (name,), command
        if isinstance(command, click.Group):
            for member in command.list_commands(context):
                yield (name, member), command.get_command(context, member)


def has(command, name):
    return any(name in option.opts for option in command.params)


#: Answers from the committed files alone.
OFFLINE = [("prove",)]
ON_AWS = [path for path, command in commands() if has(command, "--env") and path not in OFFLINE]
AS_JSON = [path for path, command in commands() if has(command, "--json")]


@pytest.fixture(scope="module")
def service():
    """Something at AWS's address that answers every request in the same way."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("content-length", 0)))
            status, body = server.answer
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with serving(server):
        yield server


def error(status, code):
    text = (
        f"<ErrorResponse><Error><Code>{code}</Code><Message>why</Message></Error></ErrorResponse>"
    )
    return status, text.encode()


FAILURES = {
    "expired": error(403, "ExpiredToken"),
    "unknown key": error(403, "InvalidClientTokenId"),
    "clock": error(403, "RequestTimeTooSkewed"),
    "denied": error(403, "AccessDenied"),
    "throttled": error(400, "Throttling"),
    "fault": error(500, "InternalFailure"),
    "page": (502, b"<!DOCTYPE html><html>bad gateway</html>"),
    "sign in": (200, b"<!DOCTYPE html><html>&nbsp;</html>"),
    "empty": (200, b""),
}


def arguments(path):
    return [*path, *NEEDED.get(" ".join(path), []), "--env", "development"]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("path", ON_AWS, ids=" ".join)
def test_a_command_that_cannot_know_exits_2(path, failure, service):
    service.answer = FAILURES[failure]
    env = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{service.server_port}"}
    json_option = ["--json"] if path in AS_JSON else []
    done = tidegen(*arguments(path), *json_option, env=env)
    assert done.returncode == 2, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "Traceback" not in done.stderr
    if json_option:
        last = json.loads(done.stdout.splitlines()[-1])
        assert last["exit_code"] == 2
        assert [f"error: {p['where']}: {p['message']}" for p in last["problems"]] == [line]


@pytest.mark.parametrize("path", AS_JSON, ids=" ".join)
def test_a_wrong_option_is_json_with_json(path):
    done = tidegen(*path, "--json", "--no-such-option")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"] == "usage"
    assert "No such option" in done.stderr


@pytest.mark.parametrize("path", [path for path, _ in commands()], ids=" ".join)
def test_every_command_has_short_help_and_refuses_unknown_options(path):
    if path == ("local", "run"):
        pytest.skip("passes options on to the command that it runs")
    assert tidegen(*path, "-h").returncode == 0
    wrong = tidegen(*path, "--no-such-option")
    assert wrong.returncode == 2
    assert "error: No such " in wrong.stderr


def test_an_error_as_json_has_its_place_and_remedy():
    where = "environments/a.yaml:3: network.cidr"
    problem = Problem(where, "overlaps b, 10.0.0.0/16; take a free /16; or say so")
    data = ending_data(ending_of(InputError(problem, "plain")))
    assert data["error"] == "input"
    assert data["exit_code"] == 2
    first, second = data["problems"]
    assert (first["file"], first["line"]) == ("environments/a.yaml", 3)
    assert first["key"] == "network.cidr"
    assert first["problem"] == "overlaps b, 10.0.0.0/16"
    assert first["remedy"] == "take a free /16; or say so"
    assert (second["file"], second["remedy"], second["problem"]) == (None, None, "plain")


def test_a_fault_of_tidegen_is_one_line_and_a_traceback_on_request(tmp_path):
    """A module that breaks while a command runs is like any fault."""
    (tmp_path / "pydantic.py").write_text("raise ZeroDivisionError('planted\\nsecond line')")
    env = {"PYTHONPATH": str(tmp_path)}
    done = tidegen("list", "--json", env=env)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "error: unexpected ZeroDivisionError: planted at " in line
    assert "this is a fault of tidegen: run the same command with TIDEGEN_DEBUG=1" in line
    assert json.loads(done.stdout)["error"] == "fault"
    shown = tidegen("list", env={**env, "TIDEGEN_DEBUG": "1"})
    assert "Traceback" in shown.stderr
    assert "second line" in shown.stderr


def run(arguments, **streams):
    command = [sys.executable, "-m", "tidegen", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False, text=True, **streams)


def test_a_full_disk_is_one_line():
    with open("/dev/full", "w") as full:
        done = run(["schema"], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: standard output: No space left on device; ")


@pytest.mark.parametrize("arguments", [["list"], ["--help"]])
def test_a_closed_pipe_is_a_signals_exit_code(arguments):
    reader, writer = os.pipe()
    os.close(reader)
    done = run(arguments, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert done.returncode == 141
    assert done.stderr == "error: a pipe was closed before all was printed\n"


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github"])
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii"])
def test_characters_that_an_encoding_does_not_have_are_escaped(tmp_path, form, encoding):
    template = tmp_path / "any.yaml"
    template.write_text("Resources: {\N{WATER WAVE}: {Type: \N{WATER WAVE}}}\n", encoding="utf-8")
    env = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = tidegen("lint", template, "--format", form, env=env)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github"])
def test_a_file_name_that_is_not_utf_8(tmp_path, form):
    (tmp_path / os.fsdecode(b"caf\xe9.yaml")).write_text("Resources: {A: {Type: No::Such::Type}}\n")
    done = tidegen("lint", tmp_path, "--format", form)
    assert done.returncode == 1, done.stderr
    assert "caf" in done.stdout
