"""Shell completion of values, through click's own completion: the script's calls, answered."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from tests.conftest import ROOT
from tidegen.cli import cli


def completions(monkeypatch, folder, words, incomplete=""):
    monkeypatch.chdir(folder)
    answers = ShellComplete(cli, {}, "tidegen", "_TIDEGEN_COMPLETE")
    return [item.value for item in answers.get_completions(words.split(), incomplete)]


@pytest.mark.parametrize("command", ["plan", "deploy", "outputs", "secrets status", "destroy"])
def test_names_of_environment_files_follow_env(monkeypatch, command):
    names = sorted(path.stem for path in (ROOT / "environments").glob("*.yaml"))
    assert completions(monkeypatch, ROOT, f"{command} --env") == names
    assert completions(monkeypatch, ROOT, f"{command} --env", "stag") == ["staging"]


def test_the_folder_of_the_command_line_counts(monkeypatch, tmp_path):
    assert completions(monkeypatch, tmp_path, "plan --env") == []
    assert "staging" in completions(monkeypatch, tmp_path, f"-C {ROOT} plan --env")


def test_names_of_account_files_follow_account(monkeypatch):
    names = completions(monkeypatch, ROOT, "destroy --env qa --account")
    assert "account-nonproduction" in names
    assert "staging" not in names


def test_concerns_follow_render(monkeypatch):
    assert completions(monkeypatch, ROOT, "render", "net") == ["network"]
    assert "storage" in completions(monkeypatch, ROOT, "render network")


def test_names_of_secrets_follow_only_and_the_commands_of_one_secret(monkeypatch):
    assert completions(monkeypatch, ROOT, "secrets fill --env qa --only", "dex") == ["dexcom"]
    assert completions(monkeypatch, ROOT, "secrets set --env qa", "dex") == ["dexcom"]
    assert completions(monkeypatch, ROOT, "secrets rotate --env qa", "serv") == ["server"]


def test_the_script_of_bash_gets_them_from_the_program(project):
    variables = {
        "_TIDEGEN_COMPLETE": "bash_complete",
        "COMP_WORDS": "tidegen plan --env prod",
        "COMP_CWORD": "3",
    }
    script = Path(sys.executable).with_name("tidegen")
    done = subprocess.run(
        [script],
        cwd=project,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["plain,production"]
