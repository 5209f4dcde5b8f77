"""The workflows and the pre-commit hooks: existing commands, least privilege, no way to deploy."""

import copy
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT, tidegen
from tidegen.cli import COMMANDS
from tidegen.contract import DEPLOY_SESSION_SECONDS, PLAN_SUFFIX

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.y*ml"))}
WORKFLOW, DEPLOYING = WORKFLOWS["tidegen"], WORKFLOWS["deploy"]
#: The environments that CI deploys, each from the GitHub environment of its name.
DEPLOYED = {
    path.stem
    for path in (ROOT / "environments").glob("*.yaml")
    if not path.stem.startswith("account-")
}
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
#: Only those who may write to the repository starts these, and on the default branch's own workflow
#: or on a branch that the job compares with main. All others run on what a pull request brings.
STARTED_BY_MEMBERS = {"workflow_dispatch"}


def steps():
    jobs = (job for workflow in WORKFLOWS.values() for job in workflow["jobs"].values())
    return [step for job in jobs for step in job["steps"]]


def test_the_workflows_are_those_that_are_judged_here():
    assert WORKFLOWS.keys() == {"tidegen", "deploy"}


def test_permissions_are_empty_by_default_and_minimal_for_each_job():
    assert all(workflow["permissions"] == {} for workflow in WORKFLOWS.values())
    granted = {
        name: job["permissions"]
        for workflow in WORKFLOWS.values()
        for name, job in workflow["jobs"].items()
    }
    assert granted == {
        "check": {"contents": "read", "security-events": "write"},
        "speed": {"contents": "read"},
        "plan": {"contents": "read", "id-token": "write"},
        "post": {"pull-requests": "write"},
        "deploy": {"contents": "read", "id-token": "write"},
    }


def test_no_job_runs_code_with_a_token_in_the_checkout():
    checkouts = [s for s in steps() if s.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == 4
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)


def reaching(workflow):
    """Return the jobs that can get a token of a deploying environment without being on main.

    GitHub docs, "OpenID Connect reference": a job that names an environment has
    `environment:NAME` in its subject, with any trigger; one that names none has its event or
    branch.
    """
    members = set(workflow[True]) <= STARTED_BY_MEMBERS  # YAML's `on`
    for name, job in workflow["jobs"].items():
        on_main = job.get("if") == "${{ github.ref == 'refs/heads/main' }}"
        deploys = any(not each.endswith(PLAN_SUFFIX) for each in environments(job, workflow))
        if deploys and not (members and on_main):
            yield name


def environments(job, workflow):
    """Return the GitHub environments of a job, one for each choice of its matrix or input."""
    environment = job.get("environment", {})
    name = environment if isinstance(environment, str) else environment.get("name", "")
    matrix = job.get("strategy", {}).get("matrix", {}).get("environment", [""])
    inputs = (workflow[True].get("workflow_dispatch") or {}).get("inputs", {})
    chosen = inputs.get("environment", {}).get("options", [""])
    names = {name.replace("${{ matrix.environment }}", each) for each in matrix}
    names = {n.replace("${{ inputs.environment }}", each) for n in names for each in chosen}
    assert not [name for name in names if "${{" in name]
    return names - {""}


def test_no_job_with_a_pull_requests_code_reaches_a_deploying_environment():
    """DeployRole trusts NAME, ReadRole trusts NAME-plan: its plans run before any review."""
    assert {name: list(reaching(workflow)) for name, workflow in WORKFLOWS.items()} == {
        "tidegen": [],
        "deploy": [],
    }
    plans = environments(WORKFLOW["jobs"]["plan"], WORKFLOW)
    assert {name.removesuffix(PLAN_SUFFIX) for name in plans} <= DEPLOYED - plans
    assert environments(DEPLOYING["jobs"]["deploy"], DEPLOYING) == DEPLOYED


@pytest.mark.parametrize(
    ("workflow", "job", "change"),
    [
        ("tidegen", "plan", {"environment": {"name": "${{ matrix.environment }}"}}),
        ("tidegen", "check", {"environment": "production"}),
        ("tidegen", "post", {"environment": "production"}),
        ("deploy", "deploy", {"if": "${{ always() }}"}),
        ("deploy", True, {"pull_request": None}),
        ("deploy", True, {"pull_request_target": None}),
        ("deploy", True, {"workflow_run": {"workflows": ["tidegen"]}}),
        ("deploy", True, {"issue_comment": None}),
    ],
)
def test_a_way_to_a_deploying_environment_is_seen(workflow, job, change):
    planted = copy.deepcopy(WORKFLOWS[workflow])
    (planted[True] if job is True else planted["jobs"][job]).update(change)
    assert list(reaching(planted)) == ["deploy" if job is True else job]


def audit(*paths):
    """Run zizmor, which knows the schema of workflows, events and known weaknesses."""
    command = [str(Path(sys.executable).with_name("zizmor")), "--offline", "--no-progress", *paths]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_workflows_pass_an_audit():
    done = audit(".github/workflows")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings to report" in done.stdout


@pytest.mark.parametrize(
    ("old", "new", "audited"),
    [
        (
            "  workflow_dispatch:\n",
            "  pull_request_target:\n  workflow_dispatch:\n",
            "dangerous-tr",
        ),
        (
            "    permissions:\n      contents: read\n",
            "    permissions: write-all\n",
            "excessive-perm",
        ),
        ("@fbc6f3992d24b796d5a048ff273f7fcc4a7b6c09 # v5.1.0", "@v5", "unpinned-uses"),
        ('--env "$ENVIRONMENT"', '--env "${{ github.event.issue.title }}"', "template-injection"),
        ("    steps:\n", "    stages:\n", "deploy"),
    ],
)
def test_an_unsafe_workflow_fails_the_audit(tmp_path, old, new, audited):
    text = (FOLDER / "deploy.yml").read_text()
    assert old in text
    path = tmp_path / ".github" / "workflows" / "deploy.yml"
    path.parent.mkdir(parents=True)
    text = text.replace(old, new, 1)
    path.write_text(re.sub(r"write-all\n      id-token.*", "write-all", text))
    done = audit(str(path))
    assert done.returncode != 0
    assert audited in done.stdout + done.stderr


def test_a_deploys_session_lasts_as_long_as_the_role_allows():
    job = DEPLOYING["jobs"]["deploy"]
    (login,) = (s["with"] for s in job["steps"] if "configure-aws-credentials" in s.get("uses", ""))
    assert login["role-duration-seconds"] == "${{ env.SESSION_SECONDS }}"
    assert job["env"]["SESSION_SECONDS"] == DEPLOY_SESSION_SECONDS
    assert job["timeout-minutes"] * 60 == DEPLOY_SESSION_SECONDS
    # The whole deploy is known to end before it: tidegen reads this variable, as botocore does.
    assert any("AWS_CREDENTIAL_EXPIRATION" in step.get("run", "") for step in job["steps"])


def test_every_action_is_pinned_to_a_commit_and_no_script_has_an_expression():
    for step in steps():
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step.get("uses", f"a/b@{'0' * 40}"))
        assert "${{" not in step.get("run", "")


def test_the_commands_exist():
    called = {name for s in steps() for name in re.findall(r"bin/tidegen (\w+)", s.get("run", ""))}
    assert called <= set(COMMANDS)
    assert {"deploy", "lint", "plan", "render"} <= called


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_each_hook_runs_on_the_committed_templates(hook):
    name, *arguments = hook["entry"].split()
    assert name == "tidegen"
    files = ["templates/current/dns.yaml", "templates/current/roots/account.yaml"]
    assert all(re.search(hook["files"], file) for file in files)
    done = tidegen(*arguments, *(files if hook.get("pass_filenames", True) else ()))
    assert (done.returncode, done.stdout) == (0, "")


def test_the_plans_of_all_environments_fit_one_comment():
    """GitHub: "Body is too long (maximum is 65536 characters)"."""
    (step,) = (s for s in WORKFLOW["jobs"]["plan"]["steps"] if "--markdown" in s.get("run", ""))
    assert step["env"]["PLANS"] == "${{ strategy.job-total }}"
    for count in (1, 3, 7):
        script = step["run"].partition(" > ")[0].replace(".venv/bin/tidegen", "echo")
        done = subprocess.run(
            ["bash", "-euc", script],
            env={"PLANS": str(count), "ENVIRONMENT": "staging"},
            capture_output=True,
            text=True,
            check=True,
        )
        limit = int(done.stdout.split()[-1])
        assert limit * count <= 65_536
