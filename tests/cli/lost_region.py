"""A lost region: a proxy to the engine that answers no call signed for the region."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.engine_proxy import Answer, Call, proxied

_UNAVAILABLE = Answer(503)


@contextmanager
def without(region: str, endpoint: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the proxy's endpoint for `endpoint`, and the failed calls to `region`."""
    refused: list[str] = []

    def refuse(call: Call, _):
        refused.append(f"{call.method} {call.path} {call.body[:80]!r}")
        return _UNAVAILABLE

    with proxied(endpoint) as proxy:
        proxy.rule("", refuse, where=lambda call: call.region == region)
        yield proxy.endpoint, refused
