"""The calls of readers: one answer, pages, and missing resources."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tidegen.planning.model import Place

_MISSING = (
    "404",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchEntity",
    "NoSuchResourceException",
    "NotFound",
    "NotFoundException",
    "ResourceNotFoundException",
)


@dataclass(frozen=True)
class Reader:
    """Calls to the services of one account and region; botocore's errors are not caught."""

    place: Place
    client: Callable[[str], Any]

    def call(self, service: str, operation: str, **arguments: Any) -> Any:
        """Return the answer of one call."""
        return getattr(self.client(service), operation)(**arguments)

    def find(self, service: str, operation: str, **arguments: Any) -> Any:
        """Return the answer of one call; None if the resource does not exist."""
        from botocore.exceptions import ClientError

        try:
            return self.call(service, operation, **arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
        """Yield the items under `key` of all pages, or of the one answer without pages."""
        client = self.client(service)
        if not client.can_paginate(operation):
            yield from self.call(service, operation, **arguments).get(key, [])
            return
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page.get(key, [])


def existing(service: str, operation: str, argument: str) -> Callable[..., dict[str, str]]:
    """Return a reader that asks for each name with one call."""

    def read(reader: Reader, names: tuple[str, ...]) -> dict[str, str]:
        answers = {name: reader.find(service, operation, **{argument: name}) for name in names}
        return {name: "" for name, answer in answers.items() if answer is not None}

    return read
