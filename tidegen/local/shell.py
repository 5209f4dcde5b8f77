"""Runs commands of a runbook in a folder, with this tidegen and the AWS CLI in the path."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tidegen.errors import DeploymentError, InputError, Problem

_LAST_LINES = 3
_GRACE = 20.0  # seconds for a command to say where it stopped


def search_path(folder: Path) -> str:
    """Return the path in which commands are searched: own ones, this Python's, the user's.

    Raises InputError without an AWS CLI.
    """
    path = os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    if shutil.which("aws", path=path) is None:
        problem = "is not installed; run: pip install 'tidegen[local]'"
        raise InputError(Problem("aws, the AWS CLI,", problem))
    return path


class LocalShell:
    """Commands run one after the other; each question is answered with `answer`."""

    def __init__(self, folder: Path, path: str, answer: str, options: Sequence[str]) -> None:
        """Run in `folder`; `options` are added to each tidegen command on an environment."""
        self._folder = folder
        self._path = path
        self._answer = answer
        self._options = " ".join(options)

    def install(self, commands: Path) -> None:
        """Write the command `tidegen` into a folder of the path."""
        script = commands / "tidegen"
        more = f'case "$*" in *--env*) set -- "$@" {self._options};; esac\n'
        # a question for yes or no repeats itself until it gets one of them
        answers = f"printf '%s\\n' {self._answer} {self._answer} y y"
        script.write_text(f'#!/bin/sh\n{more}{answers} | "{sys.executable}" -m tidegen "$@"\n')
        script.chmod(0o755)

    def run(self, script: str) -> str:
        """Return the output of a script; raise DeploymentError with its last lines if it fails."""
        done = run_group(
            ["bash", "-euo", "pipefail", "-c", script], self._folder, {"PATH": self._path}
        )
        if done.returncode:
            first = script.strip().splitlines()[0]
            raise DeploymentError(Problem(first, failure_text(done)))
        return done.stdout


def failure_text(done: "subprocess.CompletedProcess[str]") -> str:
    """Return the exit code of a command, and its last words."""
    last = " / ".join(done.stderr.strip().splitlines()[-_LAST_LINES:])
    return f"exited with {done.returncode}: {last}"


def run_group(
    command: Sequence[str], folder: Path, variables: Mapping[str, str]
) -> "subprocess.CompletedProcess[str]":
    """Run a command in a folder, and end all that it has started if this process is interrupted."""
    process = subprocess.Popen(  # noqa: S603 - commands of the runbook, programs of the bundle
        command,
        cwd=folder,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        output, errors = process.communicate()
    except BaseException:
        _end(process)
        raise
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def _end(process: "subprocess.Popen[str]") -> None:
    """End a script and all that it started: by Ctrl-C first, then by force."""
    for number, patience in ((signal.SIGINT, _GRACE), (signal.SIGKILL, None)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=patience)
            return
