"""Functions of templates, applied to arguments that are known as far as they can be."""

import json
from collections.abc import Iterable
from typing import Any


def one_line(value: Any) -> str:
    """Return a value as text in one line."""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def joined(separator: str, parts: Any) -> Any:
    """Return the parts as one text; a Join where some of them are not known."""
    if not isinstance(parts, list):
        return {"Fn::Join": [separator, parts]}
    texts: list[Any] = []
    for part in parts if separator else _flat(parts):
        known = not isinstance(part, dict)
        text = str(part) if known else part
        if known and texts and isinstance(texts[-1], str):
            texts[-1] += separator + text
        else:
            texts.append(text)
    texts = [text for text in texts if text != ""] if not separator else texts
    if len(texts) == 1:
        return texts[0]
    return {"Fn::Join": [separator, texts]} if texts else ""


def _flat(parts: Iterable[Any]) -> Iterable[Any]:
    """Yield the parts, with those of a Join without separator in its place."""
    for part in parts:
        inner = part.get("Fn::Join") if isinstance(part, dict) else None
        if inner and inner[0] == "" and isinstance(inner[1], list):
            yield from inner[1]
        else:
            yield part


def split(separator: str, text: Any) -> Any:
    """Return the parts of a text; a Split where it is not known."""
    if isinstance(text, str):
        return text.split(separator)
    inner = text.get("Fn::Join") if isinstance(text, dict) else None
    if inner and inner[0] == separator:
        known = [item.split(separator) if isinstance(item, str) else [item] for item in inner[1]]
        return [item for items in known for item in items]
    return text if isinstance(text, list) else {"Fn::Split": [separator, text]}


def selected(index: Any, items: Any) -> Any:
    """Return the item at an index; a Select where it is not known."""
    known = isinstance(items, list) and str(index).isdigit() and int(index) < len(items)
    return items[int(index)] if known else {"Fn::Select": [index, items]}
