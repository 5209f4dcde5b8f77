"""The engine's process: ministack on 127.0.0.1, changed to behave like CloudFormation.

Run by `tidegen.local.engine`; `python -m tidegen.local.server --port 4566` also works alone.
"""

import argparse
import asyncio
import importlib.metadata
import logging
import os
import signal
import sys
import threading
import time
from typing import Any

from tidegen.local.engine import EX_UNAVAILABLE, HOST

MINISTACK_VERSION = "1.5.33"  # the shims change its private code, so the version is fixed

_END_TIMEOUT = 5.0  # seconds

_SETTINGS = {
    "BIND_HOST": HOST,
    "LOG_LEVEL": "WARNING",
    "MINISTACK_HOST": "localhost",
    "PERSIST_STATE": "0",
    "S3_PERSIST": "0",
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    # The engine executes no code and uses no containers of this machine.
    "LAMBDA_STRICT": "1",  # run functions in containers only, of which there are none
    "DOCKER_HOST": "unix:///nonexistent",
    # botocore inside the engine must not read this user's profiles.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


def main(arguments: list[str] | None = None) -> int:
    """Serve until terminated; return EX_UNAVAILABLE without ministack of the pinned version."""
    options = _parse(arguments)
    problem = version_problem()
    if problem:
        sys.stderr.write(f"{problem}\n")
        return EX_UNAVAILABLE
    os.environ.update(_SETTINGS, GATEWAY_PORT=str(options.port))
    if options.end_with_stdin:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    # State is in memory only, so there is nothing to save and no request to wait for.
    if options.verbose:
        _log_undecided()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    _serve(options)
    return 0


def version_problem(pinned: str = MINISTACK_VERSION) -> str:
    """Return a line that says why ministack cannot be used, or an empty string."""
    install = f"pip install 'tidegen[local]' (ministack=={pinned})"
    try:
        installed = importlib.metadata.version("ministack")
    except importlib.metadata.PackageNotFoundError:
        return f"is not installed; run: {install}"
    if installed != pinned:
        return f"needs ministack {pinned}, not {installed}; run: {install}"
    return ""


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="tidegen.local.server", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    parser.add_argument("--fd", type=int, help="inherited socket that listens on the port")
    parser.add_argument("--end-with-stdin", action="store_true", help="end when stdin closes")
    parser.add_argument("--verbose", action="store_true", help="log what is not decided")
    return parser.parse_args(arguments)


def _log_undecided() -> None:
    """Write to stderr which calls of handlers IAM's evaluation leaves open."""
    logger = logging.getLogger("tidegen.authorization")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(logging.StreamHandler())


def _end_with_stdin() -> None:
    """End this process when the parent's end of the pipe closes: stopped, crashed or killed."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_END_TIMEOUT)
    os._exit(1)


def _serve(options: argparse.Namespace) -> None:
    """Change ministack and serve it, imported after its environment is set."""
    from tidegen.local import shims, upstream

    shims.install()
    bind = f"fd://{options.fd}" if options.fd is not None else f"{HOST}:{options.port}"
    hypercorn = upstream.module("hypercorn.asyncio")
    asyncio.run(hypercorn.serve(application(), _hypercorn_config(bind)))


def application() -> Any:
    """Return the changed ministack, whose regions can be lost."""
    from tidegen.local import upstream
    from tidegen.local.lost_region import LostRegions

    return LostRegions(upstream.application())


def _hypercorn_config(bind: str) -> Any:
    """Return a quiet configuration of the ASGI server, as ministack's `main` creates it."""
    from tidegen.local import upstream

    config = upstream.module("hypercorn.config").Config()
    config.bind = [bind]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    return config


if __name__ == "__main__":
    sys.exit(main())
