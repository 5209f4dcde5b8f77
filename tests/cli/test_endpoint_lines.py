"""Commands whose endpoint is not AWS say so, and do not touch a protected environment."""

import json

import pytest

from tests.conftest import deployed, tidegen

NOWHERE = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
COMMANDS = (
    "plan", "preflight", "deploy", "bootstrap", "status", "drift", "outputs", "rollback", "destroy",
)  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_a_protected_environment_is_refused_without_local(name):
    done = tidegen(name, "--env", "production", env=NOWHERE, local=False)
    assert done.returncode == 2
    assert (
        "error: environment 'production' is protected, and AWS_ENDPOINT_URL is http://127.0.0.1:9, "
        "which is not AWS; unset AWS_ENDPOINT_URL to reach AWS, or add --local to use that endpoint"
    ) in done.stderr
    assert done.stdout == ""


def test_another_host_is_no_better():
    elsewhere = {**NOWHERE, "AWS_ENDPOINT_URL": "http://engine.example:4566"}
    done = tidegen("status", "--env", "production", env=elsewhere, local=False)
    assert done.returncode == 2
    assert "AWS_ENDPOINT_URL is http://engine.example:4566, which is not AWS" in done.stderr


def test_each_command_says_where_it_is_and_json_has_it():
    with deployed() as aws:
        line = f"local engine at {aws['AWS_ENDPOINT_URL']} (AWS_ENDPOINT_URL)"
        done = tidegen("plan", "--env", "account-nonproduction", "--json", env=aws)
        assert done.stderr.splitlines().count(line) == 1
        endpoint = {"AWS_ENDPOINT_URL": aws["AWS_ENDPOINT_URL"]}
        assert json.loads(done.stdout)["endpoint"] == endpoint
        done = tidegen("deploy", "--env", "account-nonproduction", "--yes", "--json", env=aws)
        assert done.stderr.splitlines().count(line) == 1
        assert json.loads(done.stdout.splitlines()[0]) == {
            "event": "endpoint",
            "endpoint": endpoint,
        }
        done = tidegen("status", "--env", "account-nonproduction", "--json", env=aws)
        assert {str(root["endpoint"]) for root in json.loads(done.stdout)} == {str(endpoint)}
        done = tidegen("status", "--env", "production", env=aws)
        assert line in done.stderr
        assert "not deployed" in done.stdout
