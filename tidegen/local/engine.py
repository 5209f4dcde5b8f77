"""The engine as a subprocess: start it, wait for it, stop it.

The engine is `tidegen.local.server`, run by the current interpreter in a separate session, so that
Ctrl-C reaches the command line only, which decides what to stop. The child reads from a pipe that
this process holds open: when this process ends, for any reason, the child ends too.
"""

import http.client
import importlib.util
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from tidegen.errors import EngineStartError, EngineUnavailableError, Problem, TidegenError
from tidegen.local.sealing import engine_process_variables

HOST = "127.0.0.1"
DEFAULT_ACCOUNT = "000000000000"
DEFAULT_REGION = "us-east-1"
START_TIMEOUT = 30.0  # seconds; a warm start takes less than one
_STOP_TIMEOUT = 5.0  # seconds
_LOG_TAIL = 2000  # bytes of the engine's log that are searched for its last line
_WHERE = "local engine"
#: The engine's own address for regions that are lost (lost_region.py).
LOST_PATH = "/_tidegen/lost/"


def environment_variables(
    endpoint: str, account: str = DEFAULT_ACCOUNT, region: str = DEFAULT_REGION
) -> dict[str, str]:
    """Return the environment variables with which an AWS SDK or tool reaches an engine.

    The engine uses a 12-digit access key id as the account number.
    """
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        # Instance metadata would give credentials of a real account.
        "AWS_EC2_METADATA_DISABLED": "true",
    }


class Engine:
    """A running engine. Its state lives as long as its process."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: IO[bytes]) -> None:
        """Take over a started `process` that listens on `port` and writes to `log`."""
        self.endpoint = f"http://{HOST}:{port}"
        self._process = process
        self._port = port
        self._log = log

    @classmethod
    def start(cls, port: int = 0, timeout: float = START_TIMEOUT) -> "Engine":
        """Start an engine on `port`, or on a free one, and return it once it answers.

        Raises EngineUnavailableError when ministack is not installed, and EngineStartError, which
        names the engine's log, when it does not answer within `timeout` seconds.
        """
        require_installed()
        with _listening_socket(port) as listener:
            log = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the engine
            chosen = int(listener.getsockname()[1])
            engine = cls(_spawn(chosen, listener.fileno(), log), chosen, log)
        try:
            engine._wait(timeout)
        except BaseException:
            engine.stop()
            raise
        return engine

    def environment_variables(
        self, account: str = DEFAULT_ACCOUNT, region: str = DEFAULT_REGION
    ) -> dict[str, str]:
        """Return the environment that points an AWS SDK or tool at this engine."""
        return environment_variables(self.endpoint, account, region)

    @property
    def running(self) -> bool:
        """Return whether the engine's process is alive."""
        return self._process.poll() is None

    def log_tail(self) -> str:
        """Return the last lines of the engine's log; empty after `stop`."""
        if self._log.closed:
            return ""
        end = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, end - _LOG_TAIL))
        return self._log.read().decode(errors="replace").strip()

    def wait(self) -> None:
        """Wait until the engine's process ends, then raise EngineStartError."""
        raise self._ended_error(self._process.wait())

    def stop(self) -> None:
        """End the engine and its state. Calling it again does nothing."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _wait(self, timeout: float) -> None:
        """Return when the engine answers. The socket already listens, so one request waits."""
        connection = http.client.HTTPConnection(HOST, self._port, timeout=timeout)
        try:
            connection.request("GET", "/_ministack/health")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException) as error:
            raise self._start_error(timeout) from error
        finally:
            connection.close()

    def _start_error(self, timeout: float) -> TidegenError:
        """Return the error for an engine that does not answer."""
        try:
            code = self._process.wait(1)
        except subprocess.TimeoutExpired:
            text = f"did not answer within {timeout:g} s; run the command again when this machine"
            return EngineStartError(Problem(_WHERE, f"{text} is less busy; {self._log_hint()}"))
        if code == EX_UNAVAILABLE:
            return EngineUnavailableError(Problem(_WHERE, self._last_line()))
        return self._ended_error(code)

    def _ended_error(self, code: int) -> EngineStartError:
        """Return the error for an engine that ended unexpectedly."""
        reason = f": {self._last_line()}" if self._last_line() else ""
        text = f"ended with exit code {code}{reason}; run the command again"
        return EngineStartError(Problem(_WHERE, f"{text}; {self._log_hint()}"))

    def _last_line(self) -> str:
        return (self.log_tail().splitlines() or [""])[-1]

    def _log_hint(self) -> str:
        """Save the log in a file and return a text that names it; an empty log is not saved."""
        self._log.seek(0)
        content = self._log.read()
        if not content:
            return "its log is empty"
        with tempfile.NamedTemporaryFile(
            prefix="tidegen-engine-", suffix=".log", delete=False
        ) as kept:
            kept.write(content)
        return f"its log is in {kept.name}"


# The server's exit code when ministack is missing or has another version (sysexits.h).
EX_UNAVAILABLE = 69


def require_installed() -> None:
    """Raise EngineUnavailableError when ministack is not installed."""
    if importlib.util.find_spec("ministack") is None:
        problem = "is not installed; run: pip install 'tidegen[local]'"
        raise EngineUnavailableError(Problem(_WHERE, problem))


@contextmanager
def running_engine(port: int = 0) -> Iterator[Engine]:
    """Run an engine for the duration of a `with` block; see `Engine.start`."""
    engine = Engine.start(port)
    try:
        yield engine
    finally:
        engine.stop()


def _listening_socket(port: int) -> socket.socket:
    """Return a socket that listens on `port`, 0 for a free one.

    The child inherits it, so no other process can take the port in between.
    """
    try:
        return socket.create_server((HOST, port), backlog=128)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise EngineStartError(
            f"port {port} of {HOST} cannot be used: {reason}; stop the program that uses it, "
            "or leave out --port to use a free one"
        ) from error


def _spawn(port: int, listener: int, log: IO[bytes]) -> "subprocess.Popen[bytes]":
    """Start the server process on an inherited listening socket."""
    command = [sys.executable, "-m", "tidegen.local.server", f"--port={port}", f"--fd={listener}"]
    return subprocess.Popen(  # noqa: S603 - a module of tidegen, no user input
        [*command, "--end-with-stdin"],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=_child_environment(),
        pass_fds=(listener,),
        start_new_session=True,
    )


def _child_environment() -> dict[str, str]:
    """Return the variables of the engine's process, which no other tool's settings reach.

    The child imports the same tidegen as this process, in any working directory.
    """
    kept = engine_process_variables(os.environ)
    paths = [str(Path(__file__).parents[2]), kept.get("PYTHONPATH", "")]
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def lose_region(endpoint: str, region: str) -> None:
    """Let the engine answer no more calls to a region."""
    _control(endpoint, "POST", region)


def regain_region(endpoint: str, region: str) -> None:
    """Let a lost region answer again, with the state that it had."""
    _control(endpoint, "DELETE", region)


def refused_calls(endpoint: str, region: str) -> list[str]:
    """Return the calls to a lost region, each with method and path."""
    calls: list[str] = json.loads(_control(endpoint, "GET", region))
    return calls


def _control(endpoint: str, method: str, region: str) -> bytes:
    """Return the engine's answer about a lost region."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=START_TIMEOUT)
    try:
        connection.request(method, f"{LOST_PATH}{region}")
        return connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        raise EngineStartError(Problem(_WHERE, f"does not answer: {error}")) from error
    finally:
        connection.close()
