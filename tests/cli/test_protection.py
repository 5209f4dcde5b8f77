"""Termination protection: the printed way to destroy a protected environment, step by step."""

import re
import shlex
import subprocess
import sys

import pytest

from tests.conftest import ROOT, client, deployed, tidegen

ENV = ("--env", "shared-nonproduction")
#: Environments and their shared services are protected together.
FILES = ("shared-nonproduction", "development", "staging")
STACKS = ("tidepool-shared-nonproduction-access", "tidepool-shared-nonproduction")


@pytest.fixture(scope="module")
def aws():
    """An account with its baseline."""
    with deployed("account-nonproduction") as environment:
        yield environment


def protect(project, value):
    for name in FILES:
        path = project / "environments" / f"{name}.yaml"
        text = re.sub(r"^protected: \w+", f"protected: {value}", path.read_text(), flags=re.M)
        path.write_text(text)


def protected(aws):
    api = client(aws, "cloudformation")
    return [
        api.describe_stacks(StackName=name)["Stacks"][0]["EnableTerminationProtection"]
        for name in STACKS
    ]


def test_the_printed_steps_destroy_a_protected_environment(aws, project):
    protect(project, "true")
    assert tidegen("deploy", *ENV, "--yes", env=aws, cwd=project).returncode == 0
    assert protected(aws) == [True, True]
    done = tidegen("destroy", *ENV, "--yes", env=aws, cwd=project)
    assert done.returncode == 1
    assert "set 'protected: false' in its file, deploy, and run this again" in done.stderr

    protect(project, "false")
    done = tidegen("deploy", *ENV, "--yes", env=aws, cwd=project)
    assert done.returncode == 0, done.stderr
    assert protected(aws) == [False, False]

    # A person protects a stack of the environment that is not protected: that stays.
    api = client(aws, "cloudformation")
    api.update_termination_protection(StackName=STACKS[1], EnableTerminationProtection=True)
    assert tidegen("deploy", *ENV, "--yes", env=aws, cwd=project).returncode == 0
    assert protected(aws) == [False, True]
    done = tidegen("destroy", *ENV, "--yes", env=aws, cwd=project)
    assert done.returncode == 1
    (command,) = re.findall(r"in account 444455556666 run (aws .*)$", done.stderr, re.M)
    credentials = {**aws, "AWS_ACCESS_KEY_ID": "444455556666"}
    words = [word for word in shlex.split(command)[1:] if word != "--profile"]
    words = words[: words.index("--region") + 2]  # the test has no profiles
    run = [sys.executable, ROOT / "tests" / "aws_cli.py", *words]
    subprocess.run(run, env=credentials, cwd=ROOT, check=True, capture_output=True)

    done = tidegen("destroy", *ENV, "--yes", env=aws, cwd=project)
    assert done.returncode == 0, done.stderr
    assert "deletes AWS::EC2::VPC " in done.stdout
