"""YAML text to plain data with the line of every key; confusing features are refused.

This reads the parser's events, not constructed objects: an alias is refused on its line, so that
nothing can grow or loop, and `no`, `1.30` and `012` keep their written meaning (YAML 1.2).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from tidegen.environments.model import KeyPath

_MAX_DEPTH = 16
#: Longer numbers are not counts: they stay text.
_MAX_DIGITS = 18
_INTEGER = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]*")
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(kw_only=True)
class Source:
    """The content of a file: data, lines, scalars as written, and problems of its form."""

    data: Any = None
    lines: dict[KeyPath, int] = field(default_factory=lambda: {(): 1})
    written: dict[KeyPath, str] = field(default_factory=dict)
    problems: list[tuple[int, KeyPath, str]] = field(default_factory=list)
    #: Paths of values with such a problem; further messages about them would mislead.
    unusable: set[KeyPath] = field(default_factory=set)


class _StoppedError(Exception):
    """Reading cannot go on: a line and a message."""


def parse(text: str) -> Source:
    """Return the data of a file's only document, and every problem of its form."""
    reader = _Reader(text)
    try:
        reader.read()
    except _StoppedError as stop:
        line, message = stop.args
        reader.source.problems.append((line, (), message))
        reader.source.unusable.add(())
    except yaml.YAMLError as error:
        reader.source.problems.append((_line_of(error, text), (), _syntax(error)))
        reader.source.unusable.add(())
    return reader.source


def _line_of(error: yaml.YAMLError, text: str) -> int:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return int(error.problem_mark.line) + 1
    position = getattr(error, "position", 0)
    return text.encode()[:position].count(b"\n") + 1


def _syntax(error: yaml.YAMLError) -> str:
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    return f"is not YAML, {reason}; look for a missing colon, quote or space"


class _Reader:
    def __init__(self, text: str) -> None:
        self.source = Source()
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=yaml.CSafeLoader))

    def read(self) -> None:
        next(self._events)  # the stream's start
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise _StoppedError(1, "is empty; run 'tidegen init' in an empty folder for an example")
        self.source.data = self._value(next(self._events), ())
        next(self._events)  # the document's end
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise _StoppedError(
                _line(event), "holds a second document, ---; put it into a separate file"
            )

    def _value(self, event: Any, path: KeyPath) -> Any:
        if len(path) > _MAX_DEPTH:
            raise _StoppedError(_line(event), f"is nested more than {_MAX_DEPTH} deep; flatten it")
        self.source.lines.setdefault(path, _line(event))
        self._refuse_references(event, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._scalar(event, path) if isinstance(event, yaml.ScalarEvent) else None

    def _refuse_references(self, event: Any, path: KeyPath) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._problem(event, path, f"is an alias, *{event.anchor}; write the value out")
        elif event.anchor is not None:
            message = f"has an anchor, &{event.anchor}; remove it and write the values out"
            self.source.problems.append((_line(event), path, message))
        if getattr(event, "tag", None) is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._problem(event, path, f"has a tag, {tag}; remove it")

    def _mapping(self, path: KeyPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for event in self._until(yaml.MappingEndEvent):
            key = self._key(event, path)
            below = (*path, key)
            if key in values:
                first = self.source.lines[below]
                message = f"is written twice, first on line {first}; keep one"
                self.source.problems.append((_line(event), below, message))
                self._value(next(self._events), (*path, f"{key} (again)"))
                continue
            self.source.lines[below] = _line(event)
            values[key] = self._value(next(self._events), below)
        return values

    def _key(self, event: Any, path: KeyPath) -> str:
        if isinstance(event, yaml.ScalarEvent):
            if event.value == "<<" and event.implicit[0]:
                self._problem(event, (*path, "<<"), "merges another block; write its keys here")
            else:
                self._refuse_references(event, path)
            return str(event.value)
        shown = f"key on line {_line(event)}"
        self._problem(event, (*path, shown), "is a list, mapping or alias; use a plain word")
        self._value(event, (*path, shown, "key"))
        return shown

    def _sequence(self, path: KeyPath) -> tuple[Any, ...]:
        items = self._until(yaml.SequenceEndEvent)
        return tuple(self._value(event, (*path, index)) for index, event in enumerate(items))

    def _until(self, end: type) -> Iterator[Any]:
        event = next(self._events)
        while not isinstance(event, end):
            yield event
            event = next(self._events)

    def _scalar(self, event: Any, path: KeyPath) -> Any:
        text = str(event.value)
        self.source.written[path] = text
        if not event.implicit[0]:  # quoted, or a block
            return text
        if text.lower() in _CONSTANTS:
            return _CONSTANTS[text.lower()]
        if len(text) > _MAX_DIGITS:
            return text
        if _INTEGER.fullmatch(text):
            return int(text)
        return float(text) if _DECIMAL.fullmatch(text) else text

    def _problem(self, event: Any, path: KeyPath, message: str) -> None:
        self.source.problems.append((_line(event), path, message))
        self.source.unusable.add(path)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
