"""Settings through the command line, on the local engine, read with the services' APIs."""

import json

import pytest

from tests.conftest import client, deployed, tidegen
from tidegen.blocks.linked_roles import LINKED_SERVICES

ACCOUNT, SHARED = "account-nonproduction", "shared-nonproduction"
ANYWHERE = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


@pytest.fixture(scope="module")
def aws():
    """An engine with an account and its shared services; the environment that reaches it."""
    with deployed(ACCOUNT, SHARED) as environment:
        yield environment


def roles(aws):
    """Service → name of its service-linked role."""
    roles = client(aws, "iam").list_roles(PathPrefix="/aws-service-role/")["Roles"]
    return {role["Path"].split("/")[2]: role["RoleName"] for role in roles}


@pytest.fixture
def group(aws):
    outputs = json.loads(tidegen("outputs", "--env", SHARED, "--json", env=aws).stdout)
    return outputs["shared"]["DefaultSecurityGroupId"]


def rules(aws, group):
    only = [{"Name": "group-id", "Values": [group]}]
    return client(aws, "ec2").describe_security_group_rules(Filters=only)["SecurityGroupRules"]


def test_the_default_group_is_closed(aws, group):
    (default,) = client(aws, "ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert default["GroupName"] == "default"
    assert rules(aws, group) == []


def test_an_update_removes_rules_added_by_hand(aws, group, project):
    client(aws, "ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=ANYWHERE)
    path = project / "environments" / f"{SHARED}.yaml"
    path.write_text(path.read_text().replace("max_nodes: 4", "max_nodes: 5"))
    shown = tidegen("plan", "--env", SHARED, "--markdown", env=aws, cwd=project).stdout
    assert f"- **setting** default security group {group}: InboundRules: 1 -> 0" in shown
    done = tidegen("deploy", "--env", SHARED, "--yes", "--json", env=aws, cwd=project)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    (applied,) = [event for event in events if event["event"] == "setting"]
    assert (applied["subject"], applied["before"]) == (group, {"InboundRules": "1"})
    assert rules(aws, group) == []


def test_the_account_has_the_roles_that_its_environments_need(aws):
    assert set(LINKED_SERVICES) <= set(roles(aws))


def test_new_users_have_no_weak_passwords(aws):
    policy = client(aws, "iam").get_account_password_policy()["PasswordPolicy"]
    assert policy["MinimumPasswordLength"] == 14
    assert policy["PasswordReusePrevention"] == 24
    assert policy["MaxPasswordAge"] == 90
    assert policy["RequireSymbols"]


def test_a_setting_alone_is_planned_confirmed_and_applied(aws):
    name = roles(aws)["eks.amazonaws.com"]
    client(aws, "iam").delete_service_linked_role(RoleName=name)
    planned = tidegen("plan", "--env", ACCOUNT, "--exit-code", env=aws)
    assert planned.returncode == 1
    assert "  ~ service-linked roles: eks.amazonaws.com: absent -> present\n" in planned.stdout
    declined = tidegen("deploy", "--env", ACCOUNT, env=aws, text="n\n")
    assert declined.returncode == 1
    assert "eks.amazonaws.com" not in roles(aws)
    done = tidegen("deploy", "--env", ACCOUNT, "--yes", env=aws)
    assert done.returncode == 0, done.stderr
    assert "  set service-linked roles: eks.amazonaws.com: absent -> present\n" in done.stderr
    assert "nothing to change" not in done.stdout
    assert roles(aws)["eks.amazonaws.com"] == name
    again = tidegen("deploy", "--env", ACCOUNT, "--yes", env=aws)
    assert "nothing to change" in again.stdout


def test_settings_that_the_engine_does_not_serve_are_reported_and_do_not_fail(aws):
    done = tidegen("plan", "--env", ACCOUNT, "--exit-code", env=aws)
    assert done.returncode == 0
    assert "not checked: encryption of new volumes: the engine does not support" in done.stdout
    assert "not checked: public access to buckets: a local engine has no" in done.stdout


def test_destroy_keeps_settings_without_mentioning_them(aws):
    before = roles(aws)
    done = tidegen("destroy", "--env", SHARED, "--yes", env=aws)
    assert done.returncode == 0, done.stderr
    assert "security group" not in done.stdout + done.stderr
    assert roles(aws) == before
