"""Preflight on the local engine: exactly the problems created through the services are reported."""

import json

import boto3
import pytest
from tiny_project import REGION, VALUES, entry, network, parameter
from wire import Wire

from tests.targets import target_of
from tidegen.aws.adapter import connect
from tidegen.aws.inspection import inspect
from tidegen.contract import Scope
from tidegen.deployment.destroy import destroy_plan
from tidegen.deployment.events import Result
from tidegen.deployment.executor import execute
from tidegen.deployment.reading.planner import build_plan
from tidegen.deployment.reading.preflight import (
    preflight,
    require_destroy_preflight,
    require_preflight,
)
from tidegen.deployment.run import Clouds
from tidegen.errors import DeploymentError, RefusedError
from tidegen.planning.preflight import Topic

TABLE = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture(autouse=True)
def _endpoint(engine, monkeypatch):
    for name, value in engine.environment_variables().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def account_client(number, engine):
    def make(service):
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=engine.endpoint,
            aws_access_key_id=number,
            aws_secret_access_key="local",
        )

    return make


@pytest.fixture
def deploy(project):
    def run(target):
        plan = build_plan(target, VALUES, project.release, connect)
        return execute(plan, connect, approve=lambda preview: True, pause=lambda seconds: None)

    return run


@pytest.fixture
def plan(project, account, development, deploy):
    """Return the plan of an environment whose account is deployed."""
    deploy(account)
    return lambda: build_plan(development, VALUES, project.release, connect)


def nobody(place):
    raise AssertionError("nothing is to be asked")


def test_a_name_in_use_is_refused_before_anything_is_created(plan, account_client):
    account_client("dynamodb").create_table(TableName="t-blue", **TABLE)
    with pytest.raises(RefusedError) as raised:
        require_preflight(plan(), connect, inspect)
    finding, summary = raised.value.problems
    assert finding.where == "Network/Table"
    assert "'t-blue' exists already; import it" in finding.message
    assert "1 finding of preflight; nothing was changed" in summary.message
    stacks = account_client("cloudformation").describe_stacks()["Stacks"]
    assert "tide-development" not in {stack["StackName"] for stack in stacks}


def test_a_deployed_stack_does_not_conflict_with_itself(plan, project, development, deploy):
    deploy(development)
    project.nested("environment", {"Network": network(), "Entry": entry("two")})
    report = preflight(plan(), connect, inspect, thorough=True)
    assert not report.findings


def test_an_unchanged_environment_asks_no_questions(plan, development, deploy):
    deploy(development)
    assert not require_preflight(plan(), connect, nobody).findings


def test_deployed_roots_are_read_once_a_deploy(project, development, plan, deploy):
    """By preflight, the search for moves and the comparison: three templates, each once."""
    deploy(development)
    project.nested("environment", {"Network": network(), "Entry": entry("two")})
    wire = Wire()
    clouds = Clouds(wire)
    changed = build_plan(development, VALUES, project.release, clouds)
    require_preflight(changed, clouds, inspect)
    outcomes = execute(changed, clouds, approve=lambda shown: True, pause=lambda seconds: None)
    assert [outcome.result for outcome in outcomes] == [Result.UNCHANGED, Result.UPDATED]
    assert wire.calls.count("GetTemplate") == 3


def test_a_failed_stack_is_reported_with_the_deploys_next_action(
    plan, project, development, deploy
):
    project.nested("environment", {"Network": network(), "Entry": entry(timeout=99999999)})
    with pytest.raises(DeploymentError):
        deploy(development)
    (finding,) = preflight(plan(), connect, inspect).findings
    assert not finding.blocking
    assert "ROLLBACK_COMPLETE; the deploy asks, then deletes and recreates it" in finding.message


class Pending:
    """An account with a pending subscription; the engine confirms all at once."""

    def __init__(self, place):
        self.place = place

    def answer(self, question):
        assert question.topic is Topic.PENDING
        return dict.fromkeys(question.names, ("oncall@tide.example",))


def test_pending_subscriptions_are_listed_on_request(plan, development, deploy):
    deploy(development)
    assert not preflight(plan(), connect, Pending).findings
    (finding,) = preflight(plan(), connect, Pending, thorough=True).findings
    assert finding.where == "Network/Topic"
    assert "oncall@tide.example has not confirmed" in finding.message


class Balancers:
    """An account in which Kubernetes has created a load balancer in every subnet."""

    def __init__(self, place):
        self.place = place

    def answer(self, question):
        if question.topic is not Topic.INTERFACES:
            return {}
        interface = ("ELB net/k8s-web/1", "in-use")
        return {f"eni of {subnet}": interface for subnet in question.names}


def test_a_deletion_that_would_fail_is_refused(plan, project, development, deploy):
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
    subnet = {
        "Type": "AWS::EC2::Subnet",
        "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/22"},
    }
    template = network()
    template["Resources"] |= {"Vpc": vpc, "Subnet": subnet}
    project.nested("environment", {"Network": template, "Entry": entry()})
    deploy(development)
    doomed = destroy_plan(development, connect)
    with pytest.raises(RefusedError, match=r"eni of subnet-\w+ \('ELB net/k8s-web/1'\)"):
        require_destroy_preflight(doomed, connect, Balancers)
    assert not require_destroy_preflight(doomed, connect, inspect).findings


def test_shared_services_in_use_are_not_destroyed(project, account, deploy, number, account_client):
    """The shared root's outputs are in use as long as a stack with their values exists."""
    deploy(account)
    shared = target_of("shared", Scope.SHARED, account=number, region=REGION)
    project.nested("shared", {"Network": network("shared")})
    outputs = deploy(shared)[-1].outputs
    assert destroy_plan(shared, connect).steps
    template = {
        "Parameters": {"Given": parameter()},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    }
    account_client("cloudformation").create_stack(
        StackName="tide-user",
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": "Given", "ParameterValue": outputs["Topic"]}],
        Tags=[{"Key": "project", "Value": "tide"}],
    )
    with pytest.raises(RefusedError, match="tide-user: uses outputs of tide-shared"):
        destroy_plan(shared, connect)
