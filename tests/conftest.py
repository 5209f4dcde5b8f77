"""Fixtures that several folders use: the command line as a user runs it, a project to run it in."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# A shell starts a job in the background with SIGINT ignored, and every program below inherits that:
# tests that interrupt one would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def tidegen(*arguments, cwd=ROOT, env=None, text=None):
    """Run the real command line in a separate process."""
    command = [sys.executable, "-m", "tidegen", *map(str, arguments)]
    environment = {**os.environ, **(env or {})}
    return subprocess.run(
        command, cwd=cwd, env=environment, input=text, capture_output=True, text=True, check=False
    )


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
