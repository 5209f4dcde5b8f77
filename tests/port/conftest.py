"""The subjects of the contract: the embedded engine through the real adapter, or the double."""

import hashlib
import json
import secrets
import time
from collections.abc import Iterator

import pytest
from double import Double

from tidegen.aws.adapter import connect
from tidegen.local.engine import Engine, running_engine
from tidegen.planning.changes import ChangeSetRequest
from tidegen.planning.model import Place
from tidegen.planning.states import is_running

REGION = "eu-central-1"
_TIMEOUT = 20.0  # seconds


class Subject:
    """One account at the port, and what every test does with it."""

    def __init__(self, cloud, kind):
        self.cloud, self.kind = cloud, kind
        self.bucket = f"contract-{secrets.token_hex(6)}"

    def request(self, name, template, kind="CREATE", *, url=None, cs=None, **parameters):
        text = None if url else json.dumps(template)
        name_of_set = cs or f"cs-{secrets.token_hex(4)}"
        return ChangeSetRequest(
            stack_name=name,
            name=name_of_set,
            kind=kind,
            parameters=parameters,
            tags={"project": "tide"},
            body=text,
            url=url,
            service_role=None,
        )

    def change_set(self, name, template, kind="CREATE", **more):
        """Create a change set; return it ready or failed."""
        made = self.cloud.create_change_set(self.request(name, template, kind, **more))
        return self.cloud.change_set(made)

    def apply(self, name, template, kind="CREATE", **more):
        """Create or update a stack; return its state at rest."""
        made = self.change_set(name, template, kind, **more)
        self.cloud.execute_change_set(made.change_set_id)
        return self.settled(made.stack_id)

    def settled(self, stack):
        deadline = time.monotonic() + _TIMEOUT
        while time.monotonic() < deadline:
            state = self.cloud.stack(stack)
            if state is None or not is_running(state.status):
                return state
            time.sleep(self.cloud.poll_seconds)
        raise AssertionError(f"{stack} is still at work")

    def deleted(self, stack_id):
        """Delete a stack; return its state afterwards."""
        self.cloud.delete_stack(stack_id, None)
        deadline = time.monotonic() + _TIMEOUT
        while time.monotonic() < deadline:
            state = self.cloud.stack(stack_id)
            if state is None or (
                state.status.startswith("DELETE_") and not is_running(state.status)
            ):
                return state
            time.sleep(self.cloud.poll_seconds)
        raise AssertionError(f"{stack_id} still exists")

    def upload(self, template):
        """Upload a nested template to the artifacts bucket; return its URL."""
        content = json.dumps(template).encode()
        key = f"templates/{hashlib.sha256(content).hexdigest()}/nested.json"
        self._make_bucket()
        self.cloud.put_object(self.bucket, key, content)
        return self.cloud.object_url(self.bucket, key)

    def _make_bucket(self):
        if self.kind == "engine":
            where = {"LocationConstraint": REGION}
            s3 = self.cloud._client("s3")
            if not s3.list_buckets()["Buckets"]:
                s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration=where)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with running_engine() as running:
        yield running


@pytest.fixture(params=["engine", "double"])
def subject(request, engine, monkeypatch):
    """Yield both implementations; `only` names the one that claims the behaviour."""
    if request.param == "double":
        return Subject(Double(), "double")
    monkeypatch.setenv("AWS_ENDPOINT_URL", engine.endpoint)
    digest = hashlib.sha256(request.node.nodeid.encode()).hexdigest()
    number = f"{int(digest[:12], 16) % 10**12:012d}"
    return Subject(connect(Place(number, REGION)), "engine")
