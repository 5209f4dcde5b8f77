"""Fixtures that several folders use: the command line as a user runs it, a project to run it in."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.engine_snapshots import new_engine

ROOT = Path(__file__).resolve().parents[1]
#: Folders whose files take longest. pytest-xdist hands out files in the order of collection: these
#: begin first, so that no worker ends long after the others.
LONGEST_FIRST = ("cli", "linting", "deployment", "local", "port", "concerns", "rules", "docs")

# The processes of the tests compile each module once, into a folder that git ignores.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".cache" / "pycache"))

# A shell starts a job in the background with SIGINT ignored, and every program below inherits that:
# tests that interrupt one would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def tidegen(*arguments, cwd=ROOT, env=None, text=None, local=True):
    """Run the real command line in a separate process.

    With an engine's endpoint a command says --local, as protected environments require, unless
    `local` is false.
    """
    environment = {**os.environ, **(env or {})}
    on_engine = "http://127.0.0.1:" in environment.get("AWS_ENDPOINT_URL", "")
    more = ["--local"] if local and on_engine and {"--env"} & set(arguments) else []
    command = [sys.executable, "-m", "tidegen", *map(str, arguments), *more]
    return subprocess.run(
        command, cwd=cwd, env=environment, input=text, capture_output=True, text=True, check=False
    )


def pytest_collection_modifyitems(items):
    """Sort the files by the time that their folders take; within a folder the order stays."""
    rank = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.relative_to(ROOT / "tests").parts[0], len(rank)))


@contextmanager
def unmeasured():
    """Start processes without measuring their coverage, which takes as long as their work.

    For setups and engines that other tests measure: tests/cli/test_deploy.py the commands that
    deploy and, with tests/local, the engine.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        yield


#: The names of environments, in the order of their deploys → an engine on which they are deployed.
_SNAPSHOTS = {}
_RUNNING = ExitStack()


def snapshot_of(*names):
    """Return an engine to copy, on which these environments are deployed; deploy them once."""
    if names not in _SNAPSHOTS:
        with unmeasured():
            started = snapshot_of(*names[:-1]).copy() if names else new_engine()
            engine = _RUNNING.enter_context(started)
            for name in names[-1:]:
                variables = engine.environment_variables()
                done = tidegen("deploy", "--env", name, "--yes", env=variables)
                assert done.returncode == 0, done.stdout + done.stderr
        engine.freeze()
        _SNAPSHOTS[names] = engine
    return _SNAPSHOTS[names]


def pytest_sessionfinish():
    """End the engines that were copied."""
    _RUNNING.close()


def unmeasured_engine():
    """Run an engine whose coverage is not measured."""
    return snapshot_of().copy()


@contextmanager
def deployed(*names):
    """Yield the variables that reach an engine on which these environments are deployed."""
    with snapshot_of(*names).copy() as engine:
        yield engine.environment_variables()


def client(aws, service):
    """A service's own API in the account and region of the examples that are not production."""
    import boto3

    return boto3.client(
        service,
        region_name="us-west-2",
        endpoint_url=aws["AWS_ENDPOINT_URL"],
        aws_access_key_id="444455556666",
        aws_secret_access_key="local",
    )


@pytest.fixture
def project(tmp_path):
    """A copy of the committed project: environments and templates."""
    for name in ("environments", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path
