"""`--json` on the commands that change something: one document, or one event a line."""

import json
import subprocess

import pytest

from tests.conftest import deployed, tidegen

ACCOUNT = ("--env", "account-nonproduction")
SHARED = ("--env", "shared-nonproduction")


@pytest.fixture(scope="module")
def aws():
    with deployed("account-nonproduction") as variables:
        yield variables


def events(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_rendering_prints_the_changed_files(project):
    path = project / "templates" / "current" / "network.yaml"
    path.write_text("edited: true\n")
    (path.parent / "gone.yaml").write_text("edited: true\n")
    expected = [
        {"kind": "removed", "file": "gone.yaml"},
        {"kind": "changed", "file": "network.yaml"},
    ]
    done = tidegen("render", "--check", "--json", cwd=project)
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert sorted(document["changes"], key=lambda row: row["file"]) == expected
    assert path.read_text() == "edited: true\n"
    done = tidegen("render", "--json", cwd=project)
    assert (done.returncode, json.loads(done.stdout)) == (0, document)
    done = tidegen("render", "--json", cwd=project)
    assert json.loads(done.stdout)["changes"] == []


def test_a_release_prints_its_folder_and_commit(project):
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "all"],
    ):
        subprocess.run(["git", *words], cwd=project, check=True)
    done = tidegen("release", "v1", "--json", cwd=project)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=project, check=True, capture_output=True, text=True
    )
    assert document["commit"] == commit.stdout.strip()
    assert document["release"] == "v1"
    folder = project / document["folder"]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert document["files"] == len(manifest["files"])


def test_a_rollback_prints_its_plan(aws):
    done = tidegen("rollback", *ACCOUNT, "--json", env=aws)
    assert done.returncode == 0, done.stderr
    (plan,) = events(done)
    assert (plan["event"], plan["environment"], plan["steps"]) == ("plan", ACCOUNT[1], [])
    assert plan["endpoint"]


def test_a_bootstrap_prints_what_it_deploys(aws):
    done = tidegen("bootstrap", "--env", "shared-nonproduction", "--json", "--yes", env=aws)
    assert done.returncode == 0, done.stderr
    (head,) = events(done)
    assert (head["event"], head["deploys"]) == ("prerequisites", [])


def test_a_refused_destroy_prints_the_error(aws):
    done = tidegen("destroy", *ACCOUNT, "--json", "--yes", env=aws)
    assert done.returncode == 1
    (error,) = events(done)
    assert error["error"] == "refused"


def test_a_destroy_prints_its_plan_and_events():
    with deployed("account-nonproduction", "shared-nonproduction") as aws:
        done = tidegen("destroy", *SHARED, "--json", "--yes", env=aws)
    assert done.returncode == 0, done.stderr
    plan, *rest = events(done)
    assert plan["event"] == "plan"
    stacks = [step["stack"] for step in plan["steps"]]
    assert stacks
    ended = [event["stack"] for event in rest if event["event"] == "outcome"]
    assert ended == stacks
    assert {item["type"] for step in plan["steps"] for item in step["keeps"]} >= {"AWS::KMS::Key"}
