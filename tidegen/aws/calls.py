"""Calls through boto3: clients, pages, and missing stacks."""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from tidegen.aws.client_errors import unreadable_hint
from tidegen.aws.errors import translated
from tidegen.aws.sessions import client_settings, local_endpoint
from tidegen.errors import DeploymentError, Problem, UnavailableError
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
        name = f"{service}:{_camel(operation)}"
        with translated(self._where, name):
            answer = getattr(self._client(service), operation)(**arguments)
        return readable(answer, self._where, name)

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
                if isinstance(error, UnavailableError) or "does not exist" not in str(error):
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


class Answer(dict[str, Any]):
    """A part of an answer: a field that AWS always gives, and that is missing, is its error."""

    def __init__(self, fields: dict[str, Any], where: str, operation: str) -> None:
        super().__init__(fields)
        self._where, self._operation = where, operation

    def __missing__(self, key: str) -> NoReturn:
        """Raise UnavailableError that names the field and the call."""
        text = f"the answer to {self._operation} has no {key}; {unreadable_hint()}"
        raise UnavailableError(Problem(self._where, text))


def readable(value: Any, where: str, operation: str) -> Any:
    """Return an answer whose missing fields raise UnavailableError, at any depth."""
    if isinstance(value, dict):
        parts = {key: readable(part, where, operation) for key, part in value.items()}
        return Answer(parts, where, operation)
    if isinstance(value, list):
        return [readable(part, where, operation) for part in value]
    return value


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
