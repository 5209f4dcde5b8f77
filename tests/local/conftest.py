"""One engine per process of pytest, one account per test: tests share it and are isolated."""

import hashlib
from collections.abc import Iterator

import pytest
from local_cloud import Cloud

from tidegen.local.engine import Engine, running_engine


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with running_engine() as running:
        yield running


@pytest.fixture
def cloud(engine: Engine, request: pytest.FixtureRequest) -> Cloud:
    digest = hashlib.sha256(request.node.nodeid.encode()).hexdigest()
    return Cloud(engine.endpoint, f"{int(digest[:12], 16) % 10**12:012d}")
