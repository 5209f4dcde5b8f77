"""Clients for the engine's services, answered in this process without the network.

A handler creates a resource through the same public API with which a user reads it. The clients are
botocore's; only the sending of the request is replaced.
"""

import asyncio
import functools
import io
import threading
from typing import Any
from urllib.parse import urlsplit

from tidegen.local import upstream

_TIMEOUT = 60.0  # seconds; a call takes milliseconds unless the engine hangs
_lock = threading.Lock()


def client(service: str) -> Any:
    """Return the client of `service` in the account and region of the request being served."""
    with _lock:  # botocore's sessions may not create two clients at a time
        return _client(service, upstream.account(), upstream.region())


def looked_up(service: str, operation: str, **arguments: Any) -> dict[str, Any]:
    """Return the answer of a call that only reads; empty when the service refuses it."""
    try:
        return dict(getattr(client(service), operation)(**arguments))
    except upstream.module("botocore.exceptions").ClientError:
        return {}


@functools.cache
def _session() -> Any:
    """Return the botocore session shared by all clients, for its cache of service models."""
    return upstream.module("botocore.session").get_session()


@functools.cache
def _client(service: str, account: str, region: str) -> Any:
    """Return a client that answers in process."""
    made = _session().create_client(
        service,
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="local",  # noqa: S106 - the engine checks none
        endpoint_url="http://127.0.0.1",
        config=upstream.module("botocore.config").Config(s3={"addressing_style": "path"}),
    )
    made.meta.events.register("before-send", _answer)
    return made


class _Raw(io.BytesIO):
    """A response body as botocore's AWSResponse reads it."""

    def stream(self, *_: Any, **__: Any) -> Any:
        """Yield the body in one piece."""
        yield self.read()


def _answer(request: Any, **_: Any) -> Any:
    """Return the engine's response to a prepared request: botocore then sends nothing."""
    call = _ask(request.method, request.url, request.headers, request.body)
    future = asyncio.run_coroutine_threadsafe(call, upstream.event_loop())
    status, headers, body = future.result(_TIMEOUT)
    response = upstream.module("botocore.awsrequest").AWSResponse
    return response(request.url, status, headers, _Raw(body))


async def _ask(method: str, url: str, headers: Any, body: Any) -> tuple[int, dict[str, str], bytes]:
    """Send one request through the ASGI application and return status, headers and body."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": _bytes(body), "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await upstream.application()(_scope(method, url, headers), receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    names = {_text(name): _text(value) for name, value in start["headers"]}
    return start["status"], names, b"".join(message.get("body", b"") for message in sent)


def _scope(method: str, url: str, headers: Any) -> dict[str, Any]:
    """Return the ASGI scope of a request."""
    parts = urlsplit(url)
    unquote = upstream.module("urllib.parse").unquote
    return {
        "type": "http",
        "method": method,
        "path": unquote(parts.path or "/"),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": [(name.lower().encode(), _bytes(value)) for name, value in headers.items()],
        "client": ("127.0.0.1", 0),
    }


def _bytes(value: Any) -> bytes:
    """Return `value` as bytes, reading it when it is a file."""
    if hasattr(value, "read"):
        value = value.read()
    return value.encode() if isinstance(value, str) else value or b""


def _text(value: bytes | str) -> str:
    """Return a header's name or value as text."""
    return value.decode("latin-1") if isinstance(value, bytes) else value
