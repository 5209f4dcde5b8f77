"""Environment files read: YAML with lines, validated; every problem at once as file:line."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from tidegen.environments.model import AnyFile, Discriminated
from tidegen.errors import InputError, Problem

_ADAPTER: TypeAdapter[AnyFile] = TypeAdapter(Discriminated)
_MAX_BYTES = 1_000_000
_MAX_DEPTH = 20
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Lines = dict[tuple[str | int, ...], int]


def load_file(path: Path, shown: str) -> AnyFile:
    """The validated file at `path`, called `shown` in messages.

    Raises InputError with every problem of the file.
    """
    data, lines = _data(path, shown)
    try:
        found = _ADAPTER.validate_python(data)
    except ValidationError as error:
        raise InputError(*_problems(error, data, lines, shown)) from None
    if found.name != path.stem:
        where = f"{shown}:{lines.get(('name',), 1)}"
        message = f"name: is not the file's name, {found.name}; write {path.stem}"
        raise InputError(Problem(where, message))
    return found.model_copy(update={"path": path})


def _data(path: Path, shown: str) -> tuple[dict[str, Any], Lines]:
    text = _text(path, shown)
    try:
        _refuse_references(text, shown)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InputError(Problem(f"{shown}:{line}", f"is no YAML, {what}; mend it")) from None
    if not isinstance(node, yaml.MappingNode):
        raise InputError(Problem(f"{shown}:1", "holds no keys; see 'tidegen schema'"))
    lines: Lines = {(): 1}
    problems: list[Problem] = []
    _index(node, (), lines, problems, shown)
    if problems:
        raise InputError(*problems)
    try:
        return yaml.load(text, Loader=_LOADER), lines  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(Problem(f"{shown}:1", f"is no YAML, {error}; mend it")) from None


def _text(path: Path, shown: str) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(Problem(shown, f"cannot be read, {error.strerror}; check it")) from None
    if len(content) > _MAX_BYTES:
        raise InputError(Problem(shown, f"has {len(content)} bytes; the limit is {_MAX_BYTES}"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 at byte {error.start}; save it as UTF-8"
        raise InputError(Problem(shown, message)) from None


def _refuse_references(text: str, shown: str) -> None:
    """No anchors, aliases, tags or deep nesting: they hide what a file says, or never end."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        where = f"{shown}:{event.start_mark.line + 1}"
        if getattr(event, "anchor", None) or isinstance(event, yaml.AliasEvent):
            raise InputError(Problem(where, "has an anchor or alias; write the value out"))
        if getattr(event, "tag", None):
            raise InputError(Problem(where, f"has a tag, {event.tag}; write a plain value"))
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > _MAX_DEPTH:
            raise InputError(Problem(where, f"is nested deeper than {_MAX_DEPTH}; flatten it"))
        if documents > 1:
            raise InputError(Problem(where, "starts a second document; one file, one document"))


def _index(
    node: yaml.Node, path: tuple[str | int, ...], lines: Lines, problems: list[Problem], shown: str
) -> None:
    """Note the line of every key and item; a key that stands twice is a problem."""
    for key, line, child in _children(node):
        here = (*path, key)
        if here in lines:
            where = f"{shown}:{line}"
            first = lines[here]
            message = f"{_dotted(here)}: stands twice, first in line {first}; remove one"
            problems.append(Problem(where, message))
        lines.setdefault(here, line)
        _index(child, here, lines, problems, shown)


def _children(node: yaml.Node) -> Iterator[tuple[str | int, int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), key.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield number, item.start_mark.line + 1, item


def _problems(
    error: ValidationError, data: dict[str, Any], lines: Lines, shown: str
) -> list[Problem]:
    found = []
    for item in error.errors(include_url=False):
        path = tuple(part for part in item["loc"] if (part,) != (data.get("scope"),))
        line = next(lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines)
        found.append((line, f"{_dotted(path) or 'file'}: {_message(item)}"))
    return [Problem(f"{shown}:{line}", message) for line, message in sorted(found)]


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path)


def _message(item: Any) -> str:
    """What is wrong, the value, what to do."""
    value = item["input"]
    match item["type"]:
        case "missing":
            return "is missing; add it (see 'tidegen schema')"
        case "extra_forbidden":
            return f"is no key of this file{_closest(item)}"
        case "union_tag_not_found" | "union_tag_invalid":
            return "scope: must be environment, shared or account; set it"
        case "string_type" if isinstance(value, (int, float)):
            return f"must be text, {value!r}; put it in quotes"
        case "value_error":
            shown = f", {value}" if isinstance(value, (str, int)) else ""
            return item["msg"].removeprefix("Value error, ") + shown
        case _:
            return f"{item['msg']}, {value!r}; mend the value"


def _closest(item: Any) -> str:
    from tidegen.environments.schema import keys_beside

    close = get_close_matches(str(item["loc"][-1]), keys_beside(item["loc"]), n=1)
    return f"; did you mean {close[0]}?" if close else "; remove it (see 'tidegen schema')"
