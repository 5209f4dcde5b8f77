"""Evaluated template values, each as one short line of text."""

import json
from typing import Any

from tidegen.cloudformation.values import is_function

_LONGEST = 100  # characters; a policy or a script would fill the screen


def value_text(value: Any) -> str:
    """Return the value on one line, with `${Network/Vpc.Arn}` for one known after deployment."""
    if value is None:
        return "(not set)"
    return shortened(_text(value))


def shortened(text: str) -> str:
    """Return the text, a long one without its middle."""
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}...{text[-half:]} ({len(text)} characters)"


def _text(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, dict):
        return _mapping(value)
    return json.dumps(value, default=str)


def _mapping(value: dict[str, Any]) -> str:
    if is_function(value):
        return json.dumps(_inside(value), ensure_ascii=False)
    return f"{{{', '.join(f'{key}: {_text(item)}' for key, item in value.items())}}}"


def _inside(value: Any) -> str:
    """Return a function as text that can be part of other text."""
    if is_function(value):
        ((name, argument),) = value.items()
        if name == "Ref":
            return f"${{{argument}}}"
        if name == "Fn::GetAtt":
            return f"${{{argument[0]}.{argument[1]}}}"
        if name == "Fn::Join" and isinstance(argument[1], list):
            return str(argument[0]).join(map(_inside, argument[1]))
        return f"{name.removeprefix('Fn::')}({_inside(argument)})"
    return value if isinstance(value, str) else _text(value)
