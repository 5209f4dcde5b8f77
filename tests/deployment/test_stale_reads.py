"""DescribeStacks answers as before the operation, while the events report its end already.

aws/aws-cdk-cli#1802 and #1848: it is eventually consistent; after ExecuteChangeSet it can still
give what was before.
"""

import re

import pytest
from tiny_project import entry, network
from world import World

from tests.engine_proxy import proxied
from tidegen.deployment.events import Result
from tidegen.errors import DeploymentError

STALE = 12  # reads, more than the engine takes for an update of the tiny project


@pytest.fixture(scope="module")
def proxy(engine):
    with proxied(engine.endpoint) as running:
        yield running


@pytest.fixture(scope="module")
def world(proxy, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
        yield World(tmp_path_factory.mktemp("stale"))


@pytest.fixture
def deployed(world, proxy, request):
    """A deployed environment, with its project and target, and no rules left."""
    name = re.sub(r"[^a-z]", "", request.node.name)[-12:]
    project, target = world.project(name), world.target(name, protected=False)
    world.deploy(project, target)
    proxy.clear()
    yield project, target
    proxy.clear()


def is_of_stack(name):
    def decide(call):
        given = call.parameters.get("StackName", "")
        return given == name or f":stack/{name}/" in given

    return decide


def in_review(text):
    return re.sub(r"(?<=<StackStatus>)CREATE_COMPLETE", "REVIEW_IN_PROGRESS", text)


def describe_as_before(proxy, name, reads=STALE):
    """Describe the stack so many times as it was before the change set is executed."""
    before = {}

    def remember(_, forward):
        before["answer"] = forward()
        return before["answer"]

    def start(_, forward):
        proxy.clear()
        proxy.rule("DescribeStacks", stale, where=is_of_stack(name), times=reads)
        return forward()

    def stale(*_):
        return before["answer"]

    proxy.rule("ExecuteChangeSet", start)
    proxy.rule("DescribeStacks", remember, where=is_of_stack(name))


def test_an_update_that_was_rolled_back_is_no_success(world, proxy, deployed):
    project, target = deployed
    # a queue that cannot wait longer than a year is refused while it is updated
    broken = {"Network": network(target.name), "Entry": entry("two", timeout=99_999_999)}
    project.nested("environment", broken)
    describe_as_before(proxy, f"tide-{target.name}")
    with pytest.raises(DeploymentError, match="UPDATE_ROLLBACK_COMPLETE"):
        world.deploy(project, target)
    assert world.cloud.stack(f"tide-{target.name}").status == "UPDATE_ROLLBACK_COMPLETE"


def test_the_outputs_of_an_update_are_those_of_after(world, proxy, deployed):
    project, target = deployed
    project.nested("environment", {"Network": network(target.name), "Entry": entry("two")})
    before = world.cloud.stack(f"tide-{target.name}").outputs
    describe_as_before(proxy, f"tide-{target.name}")
    *_, outcome = world.deploy(project, target)
    assert outcome.result is Result.UPDATED
    assert outcome.outputs == world.cloud.stack(f"tide-{target.name}").outputs
    assert outcome.outputs["Digest"] != before["Digest"]


def test_a_creation_is_not_finished_while_it_is_described_as_in_review(world, proxy):
    project, target = world.project("fresh"), world.target("fresh", protected=False)
    proxy.rewrite("DescribeStacks", in_review, where=is_of_stack("tide-fresh-access"), times=STALE)
    first, *_ = world.deploy(project, target)
    proxy.clear()
    assert (first.result, first.outputs["Release"]) == (Result.CREATED, "current")


def test_a_description_that_stays_old_is_an_error_that_says_so(world, proxy, deployed):
    project, target = deployed
    project.nested("environment", {"Network": network(target.name), "Entry": entry("two")})
    describe_as_before(proxy, f"tide-{target.name}", reads=None)
    with pytest.raises(DeploymentError) as caught:
        world.deploy(project, target)
    (problem,) = caught.value.problems
    assert "its events report UPDATE_COMPLETE" in problem.message
    assert "DescribeStacks still answers as before" in problem.message
    assert "run the same command again" in problem.message
