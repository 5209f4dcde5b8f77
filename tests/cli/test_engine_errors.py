"""Every error of the local engine: one line, exit 2, with what to do."""

import os
import signal
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.conftest import ROOT, tidegen, unmeasured_engine

ACCOUNT = ("--env", "account-nonproduction")
STARTING = [("status", *ACCOUNT, "--local"), ("local",), ("local", "run", "true")]


def error_line(done):
    """Return the only line on standard error of a command that exited with 2."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    return line


@pytest.fixture
def bare(tmp_path):
    """Environment variables with which Python imports all installed packages except ministack."""
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith("ministack"):
            (tmp_path / entry.name).symlink_to(entry)
    return {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}


@pytest.mark.parametrize("arguments", [*STARTING, ("local", "types")], ids=" ".join)
def test_an_extra_that_is_not_installed(arguments, bare):
    command = [sys.executable, "-S", "-m", "tidegen", *arguments]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **bare},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "is not installed; run: pip install 'tidegen[local]'" in error_line(done)


@pytest.mark.parametrize("arguments", STARTING, ids=" ".join)
def test_another_version_of_ministack(arguments, tmp_path):
    information = tmp_path / "ministack-9.9.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: ministack\nVersion: 9.9\n")
    line = error_line(tidegen(*arguments, env={"PYTHONPATH": str(tmp_path)}))
    assert "needs ministack 1.5.33, not 9.9; run: pip install 'tidegen[local]'" in line


@pytest.mark.parametrize("package", ["hypercorn", "ministack"])
def test_an_engine_that_breaks_while_it_starts(package, tmp_path):
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text("raise ImportError('broken on purpose')")
    env = {"PYTHONPATH": str(tmp_path), "TMPDIR": str(tmp_path)}
    line = error_line(tidegen("status", *ACCOUNT, "--local", env=env))
    assert "ended with exit code 1: ImportError: broken on purpose; run the command again" in line
    log = Path(line.rpartition("its log is in ")[2])
    assert log.parent == tmp_path
    assert "Traceback" in log.read_text()


def test_a_port_in_use():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = error_line(tidegen("local", "--port", port))
    assert f"port {port} of 127.0.0.1 cannot be used: Address already in use; " in line
    assert "leave out --port" in line


def test_a_server_that_is_killed_while_it_serves():
    command = [sys.executable, "-m", "tidegen", "local"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as serving:
        assert "Ctrl-C stops the engine" in serving.stderr.readline()
        children = Path(f"/proc/{serving.pid}/task/{serving.pid}/children").read_text()
        os.kill(int(children), signal.SIGKILL)
        line = serving.stderr.read()
        assert serving.wait() == 2
    assert line == (
        "error: local engine: ended with exit code -9; run the command again; its log is empty\n"
    )


def test_an_engine_that_ended_during_a_command():
    with unmeasured_engine() as engine:
        env = engine.environment_variables()
    done = tidegen("status", "--env", "development", env=env, local=False)
    assert (done.returncode, done.stdout) == (2, "")
    announced, *waits, line = done.stderr.splitlines()
    assert [wait.partition(", attempt")[0] for wait in waits] == [
        "no answer to sts:GetCallerIdentity yet"
    ] * 3
    assert env["AWS_ENDPOINT_URL"] in announced
    assert line.startswith("error: ")
    assert "the local AWS cannot be reached (" in line
    assert "unset AWS_ENDPOINT_URL, then run the same command again with --local" in line


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no-such-program", "no such command; check its spelling"),
        ("/etc/passwd", "cannot be run: Permission denied; name an executable file"),
    ],
)
def test_a_command_that_cannot_be_run(name, message):
    assert error_line(tidegen("local", "run", name)) == f"error: {name}: {message}"
