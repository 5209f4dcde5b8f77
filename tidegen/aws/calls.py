"""Calls through boto3: clients, pages, and what is not there."""

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
_LOOKS = 4  # at a stack or change set that must be there and is not yet


@dataclass(frozen=True)
class Calls:
    """What every part of the port over boto3 works with."""

    place: Place
    _session: Any
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def poll_seconds(self) -> float:
        """Seconds between two looks at work in progress."""
        return _LOCAL_POLL if local_endpoint() else _POLL

    @property
    def _where(self) -> str:
        return str(self.place)

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session.client(service, config=client_settings())
        return self._clients[service]

    def _call(self, service: str, operation: str, **arguments: Any) -> Any:
        with translated(self._where, f"{service}:{_camel(operation)}"):
            return getattr(self._client(service), operation)(**arguments)

    def _found(self, operation: str, **arguments: Any) -> Any:
        """The answer about a stack; None where CloudFormation knows no such stack.

        Whoever has an id has it from CloudFormation, which tells of deleted stacks too for 90 days:
        where an id is unknown it only is not everywhere yet.
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
        """All items of a paginated answer, fetched as they are needed."""
        token: dict[str, str] = {}
        while True:
            page = self._found(operation, **arguments, **token)
            yield from page[key] if page else ()
            if not page or not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}


def token() -> str:
    """A name for one request, so that a retry whose first answer was lost is not a second one."""
    return f"tidegen-{uuid.uuid4()}"


def _camel(operation: str) -> str:
    return "".join(part.capitalize() for part in operation.split("_"))
