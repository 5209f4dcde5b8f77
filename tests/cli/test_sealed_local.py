"""--local is local: the shell's variables decide nothing (each line is a public report)."""

import socket

import pytest

from tests.conftest import tidegen, unmeasured_engine

STATUS = ("status", "--env", "development", "--local")
ELSEWHERE = "http://127.0.0.1:9"  # nothing listens there
SHELLS = {
    "proxy": {"HTTP_PROXY": ELSEWHERE, "HTTPS_PROXY": ELSEWHERE, "ALL_PROXY": ELSEWHERE},
    "lower case": {"http_proxy": ELSEWHERE, "https_proxy": ELSEWHERE, "no_proxy": ""},
    "profile": {"AWS_PROFILE": "nosuch", "AWS_DEFAULT_PROFILE": "nosuch"},
    "ignored endpoints": {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
    "endpoint of a service": {
        "AWS_ENDPOINT_URL_CLOUDFORMATION": ELSEWHERE,
        "AWS_ENDPOINT_URL_STS": ELSEWHERE,
    },
    "endpoint elsewhere": {"AWS_ENDPOINT_URL": "https://vpce.example.com"},
    "dead endpoint": {"AWS_ENDPOINT_URL": ELSEWHERE},
    "no endpoint": {"AWS_ENDPOINT_URL": "http://[::1"},
    "services": {"SERVICES": "s3,sqs", "LOCALSTACK_PERSISTENCE": "1", "PERSIST_STATE": "1"},
    "ministack": {
        "GATEWAY_PORT": "1",
        "MINISTACK_HOST": "example.com",
        "USE_SSL": "1",
        "AUTH": "1",
    },
    "config": {"AWS_CONFIG_FILE": "/proc/self/mem", "AWS_SHARED_CREDENTIALS_FILE": "/"},
    "bundle": {"AWS_CA_BUNDLE": "/nonexistent", "AWS_USE_FIPS_ENDPOINT": "true"},
    "region": {"AWS_REGION": "mars-1", "AWS_DEFAULT_REGION": "mars-1"},
    "token": {"AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent", "AWS_ROLE_ARN": "arn:x"},
}


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_decides_nothing(shell):
    done = tidegen(*STATUS, env=SHELLS[shell])
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("not deployed") == 2
    assert "its state is lost when it stops" in done.stderr


@pytest.mark.parametrize("shell", ["proxy", "profile", "ignored endpoints", "config"])
def test_the_shell_decides_nothing_on_a_running_engine(shell):
    with unmeasured_engine() as engine:
        done = tidegen(*STATUS, env={**engine.environment_variables(), **SHELLS[shell]})
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("not deployed") == 2
    assert "its state is lost" not in done.stderr
    assert engine.endpoint in done.stderr


def test_a_dead_endpoint_without_local_names_the_variable():
    with socket.create_server(("127.0.0.1", 0)) as free:
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
    env = {"AWS_ENDPOINT_URL": endpoint}
    done = tidegen("status", "--env", "development", env=env, local=False)
    assert done.returncode == 2
    assert "unset AWS_ENDPOINT_URL, then run the same command again with --local" in done.stderr


def test_a_command_run_on_an_engine_gets_no_other_variables():
    env = {**SHELLS["profile"], **SHELLS["proxy"], **SHELLS["endpoint of a service"]}
    done = tidegen("local", "run", "env", env=env)
    names = {line.partition("=")[0] for line in done.stdout.splitlines()}
    assert not names & {"AWS_PROFILE", "HTTP_PROXY", "AWS_ENDPOINT_URL_STS"}
    assert {"AWS_ENDPOINT_URL", "PATH"} <= names
