"""Engines that start as copies of one on which environments are deployed: forks of its process.

`Snapshot.copy()` returns an engine with the state of the snapshot within milliseconds. The copies
share nothing else: what one test changes, no other sees. Coverage is not measured in them.

Run as a program, this module is the engine. It serves until its control socket has a byte to read;
then it ends its event loop, and each message on the socket, with a listening socket and a control
socket, makes a fork that serves on them in the same way. It ends with the other end of its socket.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tidegen.local.engine import HOST, _child_environment, environment_variables
from tidegen.local.server import _SETTINGS, _hypercorn_config, application

_FREEZE, _FROZEN, _COPY = b"f", b".", b"c"
_PATIENCE = 60.0  # seconds


class RunningCopy:
    """An engine of this module: on its own port, with its own state."""

    def __init__(self, port: int, control: socket.socket) -> None:
        """Talk to the engine on `port` through its control socket."""
        self.endpoint = f"http://{HOST}:{port}"
        self._control = control

    def environment_variables(self) -> dict[str, str]:
        """Return the environment that points an AWS SDK or tool at this engine."""
        return environment_variables(self.endpoint)

    def freeze(self) -> None:
        """Let it serve no longer, and be copied; it must be at rest."""
        self._control.sendall(_FREEZE)
        assert self._control.recv(1) == _FROZEN

    @contextmanager
    def copy(self) -> Iterator["RunningCopy"]:
        """Run an engine that starts with the frozen state."""
        with _sockets() as (listener, ours, theirs):
            descriptors = [listener.fileno(), theirs.fileno()]
            socket.send_fds(self._control, [_COPY], descriptors)
            assert self._control.recv(1) == _COPY
            copy = RunningCopy(listener.getsockname()[1], ours)
            listener.close()
            theirs.close()
            yield copy


@contextmanager
def new_engine() -> Iterator[RunningCopy]:
    """Run an engine without state that can be frozen."""
    with _sockets() as (listener, ours, theirs):
        passed = (listener.fileno(), theirs.fileno())
        command = [sys.executable, "-m", "tests.engine_snapshots", *map(str, passed)]
        process = subprocess.Popen(command, env=_child_environment(), pass_fds=passed)
        engine = RunningCopy(listener.getsockname()[1], ours)
        listener.close()
        theirs.close()
        try:
            yield engine
        finally:
            ours.close()
            process.wait(_PATIENCE)


@contextmanager
def _sockets() -> Iterator[tuple[socket.socket, socket.socket, socket.socket]]:
    """Yield a socket that listens, and both ends of a control socket; close them all."""
    ours, theirs = socket.socketpair()
    ours.settimeout(_PATIENCE)
    with socket.create_server((HOST, 0), backlog=128) as listener, ours, theirs:
        yield listener, ours, theirs


def main(listener: int, control: int) -> None:
    """Serve, then make copies; never return."""
    from tidegen.local import shims

    os.environ.update(_SETTINGS)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no copy is waited for
    shims.install()
    while True:
        descriptor = os.dup(control)
        with socket.socket(fileno=descriptor) as connection:
            asyncio.run(_serve(listener, connection))
            connection.sendall(_FROZEN)
            listener, control = _next_copy(connection)


async def _serve(listener: int, control: socket.socket) -> None:
    """Serve on a listening socket until this engine is frozen, or ends."""
    from tidegen.local import upstream

    with socket.socket(fileno=os.dup(listener)) as listening:
        os.environ["GATEWAY_PORT"] = str(listening.getsockname()[1])
    frozen = asyncio.Event()

    def on_message() -> None:
        if control.recv(1) != _FREEZE:
            os._exit(0)
        frozen.set()

    asyncio.get_running_loop().add_reader(control, on_message)
    config = _hypercorn_config(f"fd://{listener}")
    config.graceful_timeout = 0.1  # seconds: at rest, only idle connections are open
    hypercorn = upstream.module("hypercorn.asyncio")
    await hypercorn.serve(application(), config, shutdown_trigger=frozen.wait)


def _next_copy(control: socket.socket) -> tuple[int, int]:
    """Fork at each message; return, in the fork only, the descriptors to serve on."""
    while True:
        message, descriptors, *_ = socket.recv_fds(control, 1, 2)
        if not message:
            os._exit(0)
        listener, theirs = descriptors
        if os.fork() == 0:
            return listener, theirs
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(_COPY)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
