"""Calls through boto3: clients, pages, and missing stacks."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tidegen.aws.errors import translated
from tidegen.aws.sessions import client_settings, local_endpoint
from tidegen.errors import DeploymentError
from tidegen.planning.model import Place

CAPABILITIES = ("CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
_LOCAL_POLL, _POLL = 0.05, 3.0  # seconds
_LOOKS = 4  # at a stack or change set that must exist and is not listed yet


@dataclass(frozen=True)
class Calls:
    """The base of every part of the port over boto3."""

    place: Place
    _session: Any
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def poll_seconds(self) -> float:
        """Seconds between two polls of work in progress."""
        return _LOCAL_POLL if local_endpoint() else _POLL

    @property
    def _where(self) -> str:
        return str(self.place)

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            client = self._session.client(service, config=client_settings())
            if service == "cloudformation":
                _keep_template_texts(client)
            self._clients[service] = client
        return self._clients[service]

    def _call(self, service: str, operation: str, **arguments: Any) -> Any:
        with translated(self._where, f"{service}:{_camel(operation)}"):
            return getattr(self._client(service), operation)(**arguments)

    def _found(self, operation: str, **arguments: Any) -> Any:
        """Return the answer about a stack; None if CloudFormation knows no such stack.

        An id comes from CloudFormation, which describes deleted stacks for 90 days too: an unknown
        id has only not reached all of its servers yet, so it is looked up again.
        """
        looks = _LOOKS if any(str(value).startswith("arn:") for value in arguments.values()) else 1
        for look in range(looks):
            if look:
                time.sleep(self.poll_seconds)
            try:
                return self._call("cloudformation", operation, **arguments)
            except DeploymentError as error:
                if "does not exist" not in str(error):
                    raise
        return None

    def _pages(self, operation: str, key: str, **arguments: Any) -> Iterator[dict[str, Any]]:
        """Yield all items of a paginated answer, fetched as they are needed."""
        token: dict[str, str] = {}
        while True:
            page = self._found(operation, **arguments, **token)
            yield from page[key] if page else ()
            if not page or not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}


def _keep_template_texts(client: Any) -> None:
    """Keep JSON templates as texts, whose hashes count; botocore turns them into dictionaries."""
    from botocore.handlers import json_decode_template_body

    client.meta.events.unregister(
        "after-call.cloudformation.GetTemplate", json_decode_template_body
    )


def token() -> str:
    """Return a token for one request, so that a retry after a lost answer is no second request."""
    return f"tidegen-{uuid.uuid4()}"


def _camel(operation: str) -> str:
    return "".join(part.capitalize() for part in operation.split("_"))
