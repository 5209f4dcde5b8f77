"""The workflow and the pre-commit hooks: existing commands, least privilege."""

import re

import pytest
import yaml

from tests.conftest import ROOT, tidegen
from tidegen.cli import COMMANDS

WORKFLOWS = [
    yaml.safe_load(path.read_text()) for path in (ROOT / ".github" / "workflows").glob("*.y*ml")
]
(WORKFLOW,) = WORKFLOWS
#: The environments that CI deploys, each from the GitHub environment of its name.
DEPLOYED = {
    path.stem
    for path in (ROOT / "environments").glob("*.yaml")
    if not path.stem.startswith("account-")
}
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


def steps():
    return [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def test_permissions_are_empty_by_default_and_minimal_for_each_job():
    assert WORKFLOW["permissions"] == {}
    assert {name: job["permissions"] for name, job in WORKFLOW["jobs"].items()} == {
        "check": {"contents": "read", "security-events": "write"},
        "speed": {"contents": "read"},
        "plan": {"contents": "read", "id-token": "write"},
        "post": {"pull-requests": "write"},
    }


def test_no_job_runs_code_with_a_token_in_the_checkout():
    checkouts = [s for s in steps() if s.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == 3
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)


def test_a_pull_request_does_not_run_in_a_deploying_environment():
    """Its jobs run code before its review: DeployRole trusts NAME, ReadRole trusts NAME-plan."""
    for workflow in WORKFLOWS:
        if {"pull_request", "pull_request_target"} & set(workflow[True]):  # YAML's `on`
            names = {name for job in workflow["jobs"].values() for name in environments(job)}
            assert names
            assert not names & DEPLOYED
            assert {name.removesuffix("-plan") for name in names} <= DEPLOYED


def environments(job):
    """The GitHub environments in which a job runs, one for each of its matrix."""
    environment = job.get("environment", {})
    name = environment if isinstance(environment, str) else environment.get("name", "")
    matrix = job.get("strategy", {}).get("matrix", {}).get("environment", [""])
    return {name.replace("${{ matrix.environment }}", each) for each in matrix} - {""}


def test_every_action_has_a_version_and_no_script_has_an_expression():
    for step in steps():
        assert re.fullmatch(r"[\w./-]+@(v\d+|[0-9a-f]{40})", step.get("uses", "a/b@v1"))
        assert "${{" not in step.get("run", "")


def test_the_commands_exist():
    called = {name for s in steps() for name in re.findall(r"bin/tidegen (\w+)", s.get("run", ""))}
    assert called <= set(COMMANDS)
    assert {"lint", "plan", "render"} <= called


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_each_hook_runs_on_the_committed_templates(hook):
    name, *arguments = hook["entry"].split()
    assert name == "tidegen"
    files = ["templates/current/dns.yaml", "templates/current/roots/account.yaml"]
    assert all(re.search(hook["files"], file) for file in files)
    done = tidegen(*arguments, *(files if hook.get("pass_filenames", True) else ()))
    assert (done.returncode, done.stdout) == (0, "")
