"""Regions of the engine that are lost: they answer no call, and every call to one is counted."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from tidegen.local import upstream
from tidegen.local.engine import LOST_PATH

#: The scope of a signature: the date, the region, the service.
_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_UNAVAILABLE = 503

Application = Callable[[Any, Any, Any], Awaitable[None]]


class LostRegions:
    """The engine's application, whose lost regions answer as an endpoint that is down."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._refused: dict[str, list[str]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
        elif scope["path"].startswith(LOST_PATH):
            await _answer(send, 200, json.dumps(self._control(scope)).encode())
        elif region := self._lost(scope):
            self._refused[region].append(f"{scope['method']} {scope['path']}")
            await _answer(send, _UNAVAILABLE)
        else:
            await self._application(scope, receive, send)

    def _control(self, scope: Any) -> list[str]:
        """Lose the region of the path, or let it answer again; return the calls that it refused."""
        region = scope["path"].removeprefix(LOST_PATH)
        if scope["method"] == "POST":
            self._refused.setdefault(region, [])
        if scope["method"] == "DELETE":
            return self._refused.pop(region, [])
        return self._refused.get(region, [])

    def _lost(self, scope: Any) -> str | None:
        """Return the lost region that a call is signed for, or that has its bucket."""
        if not self._refused:
            return None
        match = _SCOPE.search(_header(scope, b"authorization"))
        regions = {match["region"]} if match else set()
        if match and match["service"] == "s3":
            regions.add(upstream.bucket_region(scope["path"].strip("/").partition("/")[0]))
        return next(iter(regions & self._refused.keys()), None)


def _header(scope: Any, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def _answer(send: Any, status: int, content: bytes = b"") -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
