"""The page on retiring environments, walked on the engine: its commands as they are written."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT, client, tidegen, unmeasured, unmeasured_engine

PAGE = (ROOT / "docs" / "runbooks" / "retire.md").read_text()
#: A shell function that answers yes to the commands that ask, and names the engine.
AGREEING = """tidegen() {
  case " $* " in
    *" --find "*) ;;
    *" destroy "* | *" deploy "* | *" adopt "* | *" import "*) set -- "$@" --yes ;;
  esac
  "PYTHON" -m tidegen "$@" --local
}"""
ENVIRONMENT = "development"


def commands(heading):
    """Return the code blocks of a section, each as one script."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^```\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


class Walk:
    """A project on an engine, and the shell that runs the page's commands."""

    def __init__(self, project, environment):
        self.project, self.environment = project, environment

    def run(self, script):
        """Run a script in bash as a user who agrees to every question; return its output."""
        function = AGREEING.replace("PYTHON", sys.executable)
        with unmeasured():
            done = subprocess.run(
                ["bash", "-euc", f"{function}\n{script}"],
                cwd=self.project,
                env={**os.environ, **self.environment, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                check=False,
            )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def lost(self):
        """The stacks without a file."""
        listed = self.run("tidegen list --deployed").partition("without an environment file")[2]
        return {line.split()[0] for line in listed.splitlines()[1:]}


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    project = tmp_path_factory.mktemp("project")
    for name in ("environments", "templates"):
        shutil.copytree(ROOT / name, project / name)
    with unmeasured_engine() as engine:
        walk = Walk(project, engine.environment_variables())
        for name in ("account-nonproduction", "shared-nonproduction", ENVIRONMENT):
            walk.run(f"tidegen deploy --env {name}")
        yield walk


def test_the_page_is_walked(walk):
    """Each section leaves what the next one needs."""
    file = walk.project / "environments" / f"{ENVIRONMENT}.yaml"
    text = file.read_text()
    assert walk.lost == set()

    file.unlink()
    assert walk.lost == {"tidepool-development", "tidepool-development-access"}
    (script,) = commands("The file is gone already")
    output = walk.run(script)
    assert "tidepool-development-access" in output
    assert walk.lost == set()

    # the engine imports no vault: it is deleted by hand, as nobody needs its data
    vaults = client(walk.environment, "backup")
    vaults.delete_backup_vault(BackupVaultName="tidepool-development")
    file.write_text(text)
    finding, deploying = commands("Come back after a destroy")
    printed = walk.run(finding)
    (importing,) = re.findall(r"tidegen import --env development (?:.|\\\n)+", printed)
    walk.run(importing)
    assert "CREATE_COMPLETE" in walk.run(deploying) or "UPDATE_COMPLETE" in walk.run(deploying)

    (script,) = commands("Rename")
    walk.run(script)
    assert "tidepool-qa " in walk.run("tidegen list --deployed")

    (script,) = commands("Retire")
    walk.run(script)
    assert not file.exists()
    listed = json.loads(walk.run("tidegen list --deployed --json"))
    assert not [row for row in listed if row["environment"] == ENVIRONMENT]
    (root,) = (row for row in listed if row["stack"] == "tidepool-qa")
    assert (root["file"], root["release"], root["pinned"]) == ("qa", "current", "current")
    assert walk.lost == set()


def test_a_file_or_another_account_is_refused(walk):
    for arguments, message in (
        (("--env", "staging", "--account", "account-nonproduction"), "has a file, environments/s"),
        (("--env", "gone", "--account", "account-nonproduction"), "has no stacks without a file"),
        (("--env", "gone", "--account", "staging"), "is of scope environment; name the account"),
        (("--env", "gone", "--account", "account-nonprod"), "did you mean account-nonproduction?"),
    ):
        done = tidegen("destroy", *arguments, cwd=walk.project, env=walk.environment)
        assert done.returncode == 2
        assert message in done.stderr
