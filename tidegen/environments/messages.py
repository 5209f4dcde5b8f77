"""Pydantic's errors as messages of this project: the problem, the value, the remedy."""

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

from tidegen.environments.model import KeyPath, Models
from tidegen.environments.types import meaning

_MAX_SHOWN = 60


def shown(value: Any) -> str:
    """Return a value as a message shows it: on one line, short, nothing a terminal would act on."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not text or not text.isprintable() or " " in text:
        text = repr(text)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."


def key_text(path: KeyPath) -> str:
    """Return `contacts.critical[0]` for ("contacts", "critical", 0)."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{shown(key)}"
    return text.removeprefix(".")


#: Keys of the past, for which the closest key would be the wrong suggestion.
_GONE = {"logs_days": "remove it: every environment keeps its logs for the same number of days"}


def closest(name: str, known: Collection[str]) -> str:
    """Return `did you mean X?`, or the known names."""
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(known))}"


def path_of(error: Mapping[str, Any]) -> KeyPath:
    """Return the key that an error is about; pydantic puts the scope before it."""
    if error["type"].startswith("union_tag"):
        return ("scope",)
    return (*error["loc"][1:], *error.get("ctx", {}).get("below", ()))


def is_consequence(error: Mapping[str, Any]) -> bool:
    """Return whether a list counts as too short only because some of its items are wrong."""
    least = error.get("ctx", {}).get("min_length", 0)
    return bool(error["type"] == "too_short" and len(error["input"]) >= least)


def message(error: Mapping[str, Any], path: KeyPath, written: Mapping[KeyPath, str]) -> str:
    """Return the problem, the value and the remedy."""
    kind = error["type"]
    special = _SPECIAL.get(kind)
    if special is not None:
        return special(error, path)
    if error["input"] is None:
        return "has no value; add one, or remove the key"
    problem, remedy = _wording(error, path, written)
    value = written.get(path, error["input"])
    return f"{problem}, {shown(value)}; {remedy}" if _is_scalar(value) else f"{problem}; {remedy}"


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _wording(
    error: Mapping[str, Any], path: KeyPath, written: Mapping[KeyPath, str]
) -> tuple[str, str]:
    context = error.get("ctx", {})
    if error["type"] == "string_type" and _is_scalar(error["input"]):
        return "is not in quotes", f'write "{written.get(path, error["input"])}"'
    if error["type"] == "string_pattern_mismatch":
        problem, remedy = meaning(context["pattern"], error["input"])
        return f"is not {problem}", remedy
    template = _TEXTS.get(error["type"])
    if template is None:
        return "is invalid", str(error["msg"])
    return template[0].format(**context), template[1].format(**context)


_TEXTS = {
    "refused": ("{what}", "{remedy}"),
    "string_type": ("is not one text", "write one value"),
    "int_type": ("is not a whole number", "write one without quotes"),
    "bool_type": ("is not true or false", "write one of them, without quotes"),
    "tuple_type": ("is not a list", "write its items in brackets: [a, b]"),
    "model_type": ("is not a block of keys", "write its keys below it, indented"),
    "model_attributes_type": ("is not a block of keys", "write its keys below it, indented"),
    "literal_error": ("is not one of the choices", "use {expected}"),
    "greater_than_equal": ("is too small", "use {ge} or more"),
    "less_than_equal": ("is too large", "use {le} or less"),
    "string_too_long": ("is longer than {max_length} characters", "shorten it"),
    "too_short": ("has too few items", "add at least {min_length}"),
    "too_long": ("has too many items", "keep at most {max_length}"),
}


def _missing(error: Mapping[str, Any], path: KeyPath) -> str:
    model = _model_at(error["loc"][0], path[:-1])
    described = model.model_fields[str(path[-1])].description if model else None
    return f"is missing; add it: {described}" if described else "is missing; add it"


def _unknown(error: Mapping[str, Any], path: KeyPath) -> str:
    model = _model_at(error["loc"][0], path[:-1])
    known = list(model.model_fields) if model else []
    key = str(path[-1])
    return f"is not a key here; {_GONE.get(key) or closest(key, known)}"


def _model_at(scope: str, path: KeyPath) -> type[BaseModel] | None:
    model: type[BaseModel] | None = Models.BY_SCOPE.get(str(scope))
    for key in path:
        info = model.model_fields.get(str(key)) if model else None
        model = _model_of(info.annotation) if info else None
    return model


def _model_of(annotation: Any) -> type[BaseModel] | None:
    choices = (annotation, *get_args(annotation))
    return next((c for c in choices if isinstance(c, type) and issubclass(c, BaseModel)), None)


def _no_scope(_error: Mapping[str, Any], _path: KeyPath) -> str:
    return f"is missing; add one of {', '.join(Models.BY_SCOPE)}"


def _wrong_scope(error: Mapping[str, Any], _path: KeyPath) -> str:
    tag = str(error["ctx"]["tag"])
    return f"is not a scope, {shown(tag)}; {closest(tag, list(Models.BY_SCOPE))}"


_SPECIAL: dict[str, Callable[[Mapping[str, Any], KeyPath], str]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "union_tag_not_found": _no_scope,
    "union_tag_invalid": _wrong_scope,
}
