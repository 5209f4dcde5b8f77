"""Other forms in which a type's handler returns a value: the schema's `propertyTransform`.

AWS docs, "CloudFormation resource type schema": drift compares with each form. The expressions are
JSONata, with `$OR` between forms. Property names, `$lowercase` and `$join` with a literal are read;
any other expression makes no form, so that a difference is reported.
"""

import re
from collections.abc import Iterator
from typing import Any

from tidegen.cloudformation.schemas import schema_of

_LOWERCASE = re.compile(r"\$lowercase\((.*)\)")
_JOIN = re.compile(r'\$join\(\[(.*), *"([^"]*)"\]\)')


def other_forms(type_name: str, name: str, value: Any) -> Iterator[str]:
    """Yield the forms that the existing value of a property may have where `value` is wanted."""
    if not isinstance(value, str):
        return
    transforms = schema_of(type_name).get("propertyTransform") or {}
    for expression in str(transforms.get(f"/properties/{name}", "")).split("$OR"):
        form = _evaluated(expression.strip(), name, value)
        if form is not None:
            yield form


def _evaluated(expression: str, name: str, value: str) -> str | None:
    if expression == name:
        return value
    if match := _LOWERCASE.fullmatch(expression):
        inner = _evaluated(match[1].strip(), name, value)
        return None if inner is None else inner.lower()
    if match := _JOIN.fullmatch(expression):
        inner = _evaluated(match[1].strip(), name, value)
        return None if inner is None else inner + match[2]
    return None
