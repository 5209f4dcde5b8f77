"""Fixtures of deployment tests: a tiny project, an engine a module, an account a test."""

import hashlib
from collections.abc import Iterator

import pytest
from double import Double
from tiny_project import REGION, Project
from world import World

from tests.conftest import unmeasured_engine
from tests.targets import target_of
from tidegen.contract import Scope
from tidegen.local.engine import Engine


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with unmeasured_engine() as running:
        yield running


@pytest.fixture(scope="module")
def world(engine, tmp_path_factory) -> Iterator[World]:
    """An account with its roots deployed, and faults on the wire."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", engine.endpoint)
        yield World(tmp_path_factory.mktemp("world"))


@pytest.fixture
def double() -> Double:
    """An account with the prerequisites of an environment deployed."""
    cloud = Double()
    cloud.add("tide-identity")
    cloud.add("tide-bootstrap", outputs={"ArtifactsBucketName": "artifacts"})
    cloud.add("tide-account")
    cloud.outputs = {"ExecutionRoleArn": f"arn:aws:iam::{cloud.number}:role/execution"}
    return cloud


@pytest.fixture
def number(request) -> str:
    """The double's account, or one for this test only."""
    if "double" in request.fixturenames:
        return Double.number
    digest = hashlib.sha256(request.node.nodeid.encode()).hexdigest()
    return f"{int(digest[:12], 16) % 10**12:012d}"


@pytest.fixture
def account(number):
    return target_of("account", Scope.ACCOUNT, account=number, region=REGION)


@pytest.fixture
def development(number):
    return target_of("development", account=number, region=REGION)
