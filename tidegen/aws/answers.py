"""Answers whose form is not the documented one: a proxy's, or those of an endpoint that is not AWS.

botocore reads a field that is there twice as a list of XML elements, where its model has a text.
"""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element


def check_answers(events: Any) -> None:
    """Refuse malformed answers to the clients that a session with these events creates."""
    events.register("after-call", _check)


def _check(parsed: Any, **_: Any) -> None:
    """Raise the error of an answer that botocore's parser refuses, for one that it overlooks."""
    field = next(_doubled(parsed), None)
    if field is not None:
        from botocore.parsers import ResponseParserError

        raise ResponseParserError(f"the field {field} is there more than once")


def _doubled(value: Any, name: str = "") -> Iterator[str]:
    """Yield the names of fields that hold elements in place of texts."""
    if isinstance(value, Element):
        yield name
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _doubled(item, str(key))
    elif isinstance(value, list):
        for item in value:
            yield from _doubled(item, name)
