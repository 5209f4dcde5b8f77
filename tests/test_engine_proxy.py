"""The proxy in front of an engine changes what its rules say, and nothing else."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.conftest import tidegen, unmeasured_engine
from tests.engine_proxy import proxied

ONCE = Config(retries={"total_max_attempts": 1})
STACK = "tidepool-identity"


@pytest.fixture(scope="module")
def engine():
    with unmeasured_engine() as running:
        yield running


@pytest.fixture
def proxy(engine):
    with proxied(engine.endpoint) as running:
        yield running


def client(proxy, service, account):
    return boto3.client(
        service,
        region_name="us-west-2",
        endpoint_url=proxy.endpoint,
        aws_access_key_id=account,
        aws_secret_access_key="local",
        config=ONCE,
    )


@pytest.fixture
def queues(proxy, request):
    """The SQS of an account for this test only, through the proxy."""
    return client(proxy, "sqs", f"{abs(hash(request.node.name)) % 10**12:012d}")


def test_without_rules_calls_pass_and_are_listed(proxy, queues):
    url = queues.create_queue(QueueName="one")["QueueUrl"]
    assert queues.list_queues()["QueueUrls"] == [url]
    assert proxy.operations == ["CreateQueue", "ListQueues"]
    assert (proxy.calls[0].service, proxy.calls[0].region) == ("sqs", "us-west-2")


def test_an_error_instead_of_the_engine_and_only_so_often(proxy):
    roles = client(proxy, "iam", "123412341234")
    proxy.fail("ListRoles", 400, "Throttling", "Rate exceeded", skip=1, times=1)
    assert roles.list_roles()["Roles"] == []
    with pytest.raises(ClientError, match=r"\(Throttling\) .*Rate exceeded"):
        roles.list_roles()
    assert roles.list_roles()["Roles"] == []


@pytest.mark.parametrize(("executed", "left"), [(False, []), (True, ["one"])])
def test_a_connection_breaks_before_or_after_the_call(proxy, queues, executed, left):
    proxy.drop("CreateQueue", executed=executed)
    with pytest.raises(ConnectionClosedError):
        queues.create_queue(QueueName="one")
    names = [url.rpartition("/")[2] for url in queues.list_queues().get("QueueUrls", [])]
    assert names == left


def test_an_answer_is_read_old_once(proxy, queues):
    proxy.replay("ListQueues")
    assert not queues.list_queues().get("QueueUrls")
    queues.create_queue(QueueName="one")
    assert not queues.list_queues().get("QueueUrls")
    assert len(queues.list_queues()["QueueUrls"]) == 1


def test_a_command_reads_what_a_rule_rewrites(engine, proxy):
    env = proxy.variables(engine.environment_variables())
    shown = ("status", "--env", "account-nonproduction")
    assert "not deployed" in tidegen(*shown, env=env).stdout
    done = tidegen("deploy", "--env", "account-nonproduction", "--yes", env=env)
    assert done.returncode == 0, done.stdout + done.stderr

    def interrupted(text):
        return text.replace(">CREATE_COMPLETE<", ">UPDATE_ROLLBACK_FAILED<")

    proxy.rewrite(
        "DescribeStacks", interrupted, where=lambda c: c.parameters.get("StackName") == STACK
    )
    lines = tidegen(*shown, env=env).stdout.splitlines()
    rewritten = [line for line in lines if "UPDATE_ROLLBACK_FAILED" in line]
    assert [line.partition(" (")[0] for line in rewritten] == [STACK]
