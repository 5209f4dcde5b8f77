"""One plan of all roots is shown, judged and approved before anything is touched."""

import json
import re
import shutil
import subprocess
from collections import Counter

import pytest

from tests.conftest import ROOT, tidegen, unmeasured, unmeasured_engine
from tests.engine_proxy import proxied
from tidegen.counting import counted

ENV = ("--env", "development")
_WRITES = ("Create", "Execute", "Delete", "Set", "Update", "Put", "PUT", "POST")


@pytest.fixture(scope="module")
def engine():
    with unmeasured_engine() as running:
        yield running


@pytest.fixture(scope="module")
def unshared(tmp_path_factory):
    """The committed project; development uses no shared services, which is quicker."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("environments", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    edit(folder, r"(?m)^shared: .*\n", "")
    return folder


@pytest.fixture(scope="module")
def aws(engine, unshared):
    """The variables of an engine with development deployed on it."""
    environment = engine.environment_variables()
    with unmeasured():
        for name in ("account-nonproduction", "development"):
            done = tidegen("deploy", "--env", name, "--yes", env=environment, cwd=unshared)
            assert done.returncode == 0, done.stdout + done.stderr
    return environment


@pytest.fixture
def project(unshared, tmp_path):
    """A copy of the deployed project, for one test to change."""
    return shutil.copytree(unshared, tmp_path / "project")


@pytest.fixture
def proxy(engine):
    with proxied(engine.endpoint) as running:
        yield running


def edit(project, pattern, text, name="development"):
    path = project / "environments" / f"{name}.yaml"
    before = path.read_text()
    after = re.sub(pattern, text, before)
    assert after != before
    path.write_text(after)


def both_roots(project, pattern="max_nodes: 4", text="max_nodes: 5"):
    """Change the access root (who may deploy), and the environment's."""
    edit(project, "repository: [^,}\n]+", "repository: tidepool-org/another")
    edit(project, pattern, text)


def writes(proxy):
    return [name for name in proxy.operations if name.startswith(_WRITES)]


def test_all_roots_are_shown_above_the_one_question(aws, proxy, project):
    """The question came below the first root's changes, and covered the others unseen."""
    both_roots(project)
    done = tidegen("deploy", *ENV, env=proxy.variables(aws), cwd=project, text="n\n")
    assert done.returncode == 1
    assert "declined; nothing more was changed" in done.stderr
    assert done.stderr.count("Deploy to development?") == 1
    assert "DeployRole  AWS::IAM::Role" in done.stdout
    assert "Nodes  AWS::EKS::Nodegroup" in done.stdout
    assert writes(proxy) == []


def test_a_refusal_of_the_second_root_leaves_the_first_alone(aws, proxy, project):
    """The access root was deployed, then the environment was refused; nothing is uploaded."""
    both_roots(project, r"cidr: 10\.16\.", "cidr: 10.24.")
    done = tidegen("deploy", *ENV, "--yes", env=proxy.variables(aws), cwd=project)
    assert done.returncode == 1
    assert "error: Network/Vpc: AWS::EC2::VPC would be replaced" in done.stderr
    assert "nothing was changed" in done.stderr
    assert writes(proxy) == []


def test_preflight_and_plan_say_what_deploy_says(aws, project):
    """Preflight exited 0 where deploy was refused."""
    edit(project, r"cidr: 10\.16\.", "cidr: 10.24.")
    preflight = tidegen("preflight", *ENV, "--json", env=aws, cwd=project)
    assert preflight.returncode == 1
    findings = json.loads(preflight.stdout)["findings"]
    refused = {f["where"] for f in findings if f["blocking"]}
    plan = tidegen("plan", *ENV, "--json", env=aws, cwd=project)
    problems = {problem["where"] for problem in json.loads(plan.stdout)["problems"]}
    deploy = tidegen("deploy", *ENV, "--yes", env=aws, cwd=project)
    named = set(re.findall(r"^error: (\S+): ", deploy.stderr, re.M))
    assert "Network/Vpc" in refused
    assert problems == refused == named
    text = tidegen("deploy", *ENV, "--dry-run", env=aws, cwd=project).stderr
    assert f"would be refused: {counted(len(problems), 'problem')}" in text
    assert all(f"  {where}: " in text for where in problems)


def test_a_change_that_is_allowed_is_a_problem_in_no_command(aws, project):
    edit(project, r"cidr: 10\.16\.", "cidr: 10.24.")
    allowed = (*ENV, "--allow-replace", "Network/Vpc", "--json")
    plan = json.loads(tidegen("plan", *allowed, env=aws, cwd=project).stdout)
    preflight = json.loads(tidegen("preflight", *allowed, env=aws, cwd=project).stdout)
    problems = {problem["where"] for problem in plan["problems"]}
    assert "Network/Vpc" not in problems
    assert problems == {item["where"] for item in preflight["findings"] if item["blocking"]}
    unknown = tidegen("plan", *ENV, "--allow-replace", "Network/Vcp", env=aws, cwd=project)
    assert unknown.returncode == 2
    assert "did you mean Network/Vpc?" in unknown.stderr


def replacing(text):
    """Rewrite a change set: what it modifies in place it would replace."""
    return text.replace("<Replacement>False<", "<Replacement>True<")


def test_a_change_set_that_replaces_what_was_not_shown_asks_again(aws, proxy, project):
    both_roots(project)
    proxy.rewrite("DescribeChangeSet", replacing)
    done = tidegen("deploy", *ENV, env=proxy.variables(aws), cwd=project, text="y\nn\n")
    assert done.returncode == 1
    assert done.stderr.count("Deploy to development?") == 2
    expected = "DeployRole: would be replaced, which was shown as: would be modified"
    assert f"not as shown: {expected}" in done.stderr
    assert "ExecuteChangeSet" not in proxy.operations


def test_with_yes_an_unseen_replacement_is_refused(aws, proxy, project):
    both_roots(project)
    proxy.rewrite("DescribeChangeSet", replacing)
    done = tidegen("deploy", *ENV, "--yes", env=proxy.variables(aws), cwd=project)
    assert done.returncode == 1
    assert "error: DeployRole: would be replaced, which was shown as: would be mod" in done.stderr
    assert "without --yes to decide" in done.stderr
    assert "ExecuteChangeSet" not in proxy.operations


@pytest.fixture
def elsewhere(engine, proxy, tmp_path):
    """Variables that reach the engine at a host that tidegen does not take for local, as AWS."""
    accounts = {"tidepool-production": "111122223333", "tidepool-nonproduction": "999988887777"}
    lines = [
        f"[{profile}]\naws_access_key_id = {account}\naws_secret_access_key = x\n"
        for profile, account in accounts.items()
    ]
    (tmp_path / "credentials").write_text("".join(lines))
    return {
        "AWS_ENDPOINT_URL": proxy.endpoint.replace("127.0.0.1", "0.0.0.0"),  # noqa: S104
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
    }


def fresh(project, folder):
    """Copy a project into the account in which nothing is deployed."""
    copy = folder / "fresh"
    for name in ("environments", "templates"):
        shutil.copytree(project / name, copy / name)
    for path in (copy / "environments").glob("*.yaml"):
        path.write_text(path.read_text().replace("444455556666", "999988887777"))
    return copy


def test_a_prerequisite_that_is_not_created_refuses_before_the_baselines(
    elsewhere, proxy, tmp_path
):
    """The account's baselines were deployed, then the missing shared services refused."""
    deploy = ("deploy", "--env", "staging", "--yes", "--with-prerequisites")
    done = tidegen(*deploy, env=elsewhere, cwd=fresh(ROOT, tmp_path))
    assert done.returncode == 1, done.stdout
    missing = "error: shared: is missing; run 'tidegen deploy --env shared-nonproduction'"
    assert missing in done.stderr
    assert writes(proxy) == []


def test_yes_is_no_consent_for_the_accounts_baselines(elsewhere, proxy, unshared, tmp_path):
    project = fresh(unshared, tmp_path)
    done = tidegen("deploy", *ENV, "--yes", env=elsewhere, cwd=project)
    assert done.returncode == 1
    consent = "account-nonproduction is deployed first only with --with-prerequisites; nothing was"
    assert consent in done.stderr
    assert "run 'tidegen bootstrap --env development'" in done.stderr
    assert writes(proxy) == []
    consented = ("deploy", *ENV, "--yes", "--with-prerequisites")
    done = tidegen(*consented, env=elsewhere, cwd=project)
    # agreed; then the account, which is protected, is refused at an endpoint that is not AWS
    assert "environment 'account-nonproduction' is protected" in done.stderr
    assert consent not in done.stderr


def test_a_saved_plan_is_deployed_without_a_question(aws, proxy, project):
    """The last test of the module that changes the engine: the environment is another after it."""
    both_roots(project)
    done = tidegen("plan", *ENV, "--out", "plan.json", env=aws, cwd=project)
    assert done.returncode == 0, done.stderr
    assert (
        "deploy exactly this plan with 'tidegen deploy --env development --plan plan" in done.stderr
    )
    edit(project, "max_nodes: 5", "max_nodes: 6")
    env = proxy.variables(aws)
    moved = tidegen("deploy", *ENV, "--plan", "plan.json", env=env, cwd=project)
    assert moved.returncode == 1
    assert "its environment file has other values than in the plan" in moved.stderr
    assert "MaxNodes: is '6', '5' in the plan" in moved.stderr
    assert "is out of date; nothing was changed; plan again" in moved.stderr
    assert writes(proxy) == []
    edit(project, "max_nodes: 6", "max_nodes: 5")
    done = tidegen("deploy", *ENV, "--plan", "plan.json", env=env, cwd=project)
    assert done.returncode == 0, done.stderr
    assert "Deploy to development?" not in done.stderr
    again = tidegen("deploy", *ENV, "--plan", "plan.json", env=env, cwd=project)
    assert again.returncode == 1
    assert "tidepool-development: was deployed since" in again.stderr


def test_a_plan_that_would_be_refused_is_not_saved(aws, project):
    edit(project, r"cidr: 10\.16\.", "cidr: 10.24.")
    done = tidegen("plan", *ENV, "--out", "plan.json", env=aws, cwd=project)
    assert done.returncode == 1
    assert "a deploy of development would be refused" in done.stderr
    assert not (project / "plan.json").exists()


def test_a_file_that_is_no_plan_of_the_environment_is_bad_input(aws, project):
    (project / "plan.json").write_text("{}")
    done = tidegen("deploy", *ENV, "--plan", "plan.json", env=aws, cwd=project)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: plan.json: is no plan of tidegen; write it again with")
    both = ("--plan", "plan.json", "--move", "UploadsBucket")
    assert tidegen("deploy", *ENV, *both, env=aws, cwd=project).returncode == 2
    assert tidegen("plan", *ENV, "--out", "x", "--change-set", env=aws, cwd=project).returncode == 2


def git(project, *arguments):
    identity = ("-c", "user.name=t", "-c", "user.email=t@t.example")
    command = ["git", "-C", str(project), *identity, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_the_deployed_commit_is_shown_and_an_older_checkout_is_refused(aws, proxy, project):
    git(project, "init", "--quiet")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message=one")
    older = git(project, "rev-parse", "HEAD")
    edit(project, "max_nodes: 4", "max_nodes: 7")
    git(project, "commit", "--quiet", "--all", "--message=two")
    newer = git(project, "rev-parse", "HEAD")
    done = tidegen("deploy", *ENV, "--yes", env=aws, cwd=project)
    assert done.returncode == 0, done.stderr
    status = json.loads(tidegen("status", *ENV, "--json", env=aws, cwd=project).stdout)
    assert status[-1]["commit"] == newer
    assert status[-1]["deployed_by"].startswith("arn:aws:")
    assert f"deployed from commit {newer}, by arn:aws:" in tidegen("status", *ENV, env=aws).stdout
    git(project, "commit", "--quiet", "--allow-empty", "--message=three")
    again = tidegen("deploy", *ENV, "--yes", env=aws, cwd=project)
    assert "nothing to change" in again.stdout
    git(project, "checkout", "--quiet", "--detach", older)
    env = proxy.variables(aws)
    refused = tidegen("deploy", *ENV, "--yes", env=env, cwd=project)
    assert refused.returncode == 1
    assert f"was deployed from commit {newer[:12]}" in refused.stderr
    assert "use --allow-older" in refused.stderr
    asked = tidegen("deploy", *ENV, env=env, cwd=project, text="n\n")
    assert "which this checkout does not contain: it is older" in asked.stderr
    planned = tidegen("plan", *ENV, env=env, cwd=project)
    assert planned.returncode == 0
    assert f"was deployed from commit {newer[:12]}" in planned.stderr
    assert writes(proxy) == []
    done = tidegen("deploy", *ENV, "--yes", "--allow-older", env=aws, cwd=project)
    assert done.returncode == 0, done.stderr


def test_a_deploy_without_changes_makes_three_calls(aws, proxy, project):
    """The target is four; sceptre, which compares no protection, makes four for two stacks."""
    deploy = ("deploy", *ENV, "--yes", "--allow-older")
    assert tidegen(*deploy, env=aws, cwd=project).returncode == 0
    again = tidegen(*deploy, env=proxy.variables(aws), cwd=project)
    assert "nothing to change" in again.stdout
    assert proxy.operations == ["GetCallerIdentity", "DescribeStacks", "GetStackPolicy"]


def is_list(call):
    return "StackName" not in call.parameters


def test_without_permission_to_list_stacks_each_is_read(aws, proxy, project):
    denied = ("AccessDenied", "User is not authorized to perform: cloudformation:ListStacks")
    proxy.fail("DescribeStacks", 403, *denied, where=is_list)
    done = tidegen("deploy", *ENV, "--yes", "--allow-older", env=proxy.variables(aws), cwd=project)
    assert done.returncode == 0, done.stderr
    reads = [call for call in proxy.calls if call.operation == "DescribeStacks"]
    names = [call.parameters.get("StackName") for call in reads]
    assert names[0] is None
    assert {"tidepool-development", "tidepool-development-access"} < set(names[1:])


def test_a_changed_deploy_reads_each_deployed_template_once(aws, proxy, project):
    both_roots(project, "max_nodes: 4", "max_nodes: 8")
    deploy = ("deploy", *ENV, "--yes", "--allow-older")
    done = tidegen(*deploy, env=proxy.variables(aws), cwd=project)
    assert done.returncode == 0, done.stderr
    assert_each_template_is_read_once(proxy)


@pytest.mark.parametrize("command", ["plan", "status"])
def test_a_question_reads_each_deployed_template_once(aws, proxy, project, command):
    edit(project, "max_nodes: 4", "max_nodes: 8")
    done = tidegen(command, *ENV, env=proxy.variables(aws), cwd=project)
    assert done.returncode == 0, done.stderr
    assert_each_template_is_read_once(proxy)


def assert_each_template_is_read_once(proxy):
    reads = Counter(
        call.parameters["StackName"] for call in proxy.calls if call.operation == "GetTemplate"
    )
    assert len(reads) > 15
    assert set(reads.values()) == {1}, reads
