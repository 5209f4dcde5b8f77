"""`tidegen preflight`, and the same checks before a deploy, with the committed environments."""

import json

import pytest

from tests.conftest import client, tidegen, unmeasured_engine

NAME, ENV = "account-nonproduction", ("--env", "account-nonproduction")


@pytest.fixture
def aws():
    with unmeasured_engine() as engine:
        yield engine.environment_variables()


@pytest.fixture
def recorder(aws):
    """A configuration recorder that was created by hand."""
    config = client(aws, "config")
    role = "arn:aws:iam::444455556666:role/config"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "by-hand", "roleARN": role})


@pytest.mark.usefixtures("recorder")
def test_a_deploy_that_would_fail_is_refused_with_every_reason(aws):
    done = tidegen("deploy", *ENV, "--yes", env=aws)
    assert done.returncode == 1
    assert "error: Audit/Recorder: the account has a configuration recorder" in done.stderr
    assert "'by-hand'; import it into the stack ('tidegen import --find' shows how)" in done.stderr
    assert "nothing was changed" in done.stderr
    assert tidegen("status", *ENV, env=aws).stdout.count("not deployed") == 3


@pytest.mark.usefixtures("recorder")
def test_preflight_prints_text_and_json(aws):
    done = tidegen("preflight", *ENV, env=aws)
    assert done.returncode == 1
    assert "refused  Audit/Recorder" in done.stdout
    assert "(failure recorder-exists)" in done.stdout
    assert "not checked  tidepool-account: GuardDuty detector" in done.stdout
    assert "capabilities  CAPABILITY_IAM, CAPABILITY_NAMED_IAM" in done.stdout
    assert f"{NAME}: 1 refused" in done.stderr
    shown = json.loads(tidegen("preflight", *ENV, "--json", env=aws).stdout)
    assert [finding["failure"] for finding in shown["findings"]] == ["recorder-exists"]
    assert shown["findings"][0]["blocking"] is True
    assert shown["capabilities"] == ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]


def test_it_succeeds_without_findings(aws):
    done = tidegen("preflight", *ENV, env=aws)
    assert done.returncode == 0
    assert f"{NAME}: 0 refused, 0 warnings" in done.stderr


def test_an_unknown_environment_is_bad_usage():
    assert tidegen("preflight", "--env", "nowhere").returncode == 2
