"""A copy of an engine answers as that engine did, and changes alone."""

from types import SimpleNamespace

import pytest
from snapshot import snapshot

from tests.conftest import client, snapshot_of, tidegen, unmeasured

DEPLOY = ("deploy", "--env", "account-nonproduction", "--yes")
ROOTS = ("tidepool-identity", "tidepool-bootstrap", "tidepool-account")
#: Calls that list what exists, by service.
LISTS = {
    "cloudformation": ("describe_stacks", "list_exports"),
    "cloudtrail": ("describe_trails",),
    "cloudwatch": ("describe_alarms",),
    "config": ("describe_configuration_recorders", "describe_config_rules"),
    "events": ("list_rules",),
    "iam": ("get_account_authorization_details", "get_account_password_policy"),
    "kms": ("list_keys", "list_aliases"),
    "logs": ("describe_log_groups", "describe_metric_filters"),
    "s3": ("list_buckets",),
    "sns": ("list_topics", "list_subscriptions"),
}


def answers(variables):
    """Return what an engine answers about the account, without the ids of the requests."""
    lists = {
        f"{service}:{operation}": getattr(client(variables, service), operation)()
        for service, operations in LISTS.items()
        for operation in operations
    }
    s3 = client(variables, "s3")
    for bucket in lists["s3:list_buckets"]["Buckets"]:
        name = bucket["Name"]
        lists[f"policy of {name}"] = s3.get_bucket_policy(Bucket=name)
        lists[f"objects in {name}"] = s3.list_objects_v2(Bucket=name)
    for answer in lists.values():
        del answer["ResponseMetadata"]
    cloud = SimpleNamespace(_client=lambda service: client(variables, service))
    return {**lists, "roots": snapshot(cloud, "no name", ROOTS)}


@pytest.fixture(scope="module")
def frozen():
    """A frozen engine on which an account is deployed, and what it answered before."""
    with snapshot_of().copy() as engine:
        variables = engine.environment_variables()
        with unmeasured():
            done = tidegen(*DEPLOY, env=variables)
        assert done.returncode == 0, done.stderr
        before = answers(variables)
        engine.freeze()
        yield engine, before


def test_a_copy_answers_as_the_engine_did(frozen):
    engine, before = frozen
    assert len(before["roots"]) == len(ROOTS) + 2
    assert len(before["kms:list_keys"]["Keys"]) > 1
    with engine.copy() as copy:
        variables = copy.environment_variables()
        assert answers(variables) == before
        assert "nothing to change" in tidegen(*DEPLOY, env=variables).stdout
        assert answers(variables) == before


def test_a_copy_changes_alone(frozen):
    engine, before = frozen
    with engine.copy() as first, engine.copy() as second:
        variables = first.environment_variables()
        client(variables, "sns").create_topic(Name="another")
        assert answers(variables) != before
        assert answers(second.environment_variables()) == before
        first.freeze()
        with first.copy() as third:
            topics = answers(third.environment_variables())["sns:list_topics"]["Topics"]
    assert len(topics) == len(before["sns:list_topics"]["Topics"]) + 1
    with engine.copy() as fourth:
        assert answers(fourth.environment_variables()) == before
