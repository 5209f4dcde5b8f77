"""Texts of policies: wildcards, variables, and ARNs compared part by part.

Source: AWS docs, "IAM JSON policy elements: Resource" and "... Variables and tags".
"""

import functools
import re
from collections.abc import Callable, Iterable

#: `${key}`, `${key, 'default'}`, and the escapes `${*}`, `${?}` and `${$}`.
_VARIABLE = re.compile(r"\$\{\s*([^,}]+?)\s*(?:,\s*'([^']*)'\s*)?\}")
_ESCAPED = frozenset("*?$")
_TOKEN = re.compile(r"(\$\{[*?$]\}|[*?])")
#: ARNs of IAM with a wildcard in place of the type: IAM refuses them, and they cover nothing.
_NO_TYPE = re.compile(r"arn:[^:]*:iam:[^:]*:[^:]*:(?!\*$)[^/]*[*?]")
_ARN_PARTS = 6
#: In an ARN, text that is not known, such as the id of a resource before its creation.
UNKNOWN = "\0"


class UnresolvedError(Exception):
    """A policy's variable without a value in the request."""

    def __init__(self, key: str) -> None:
        """Keep the name of the variable."""
        super().__init__(f"${{{key}}}")
        self.key = key


def variables(text: str) -> list[str]:
    """Return the names of the variables in a policy's text, without its escapes."""
    return [match[1] for match in _VARIABLE.finditer(text) if match[1] not in _ESCAPED]


def filled(text: str, value_of: Callable[[str], str | None]) -> str:
    """Return a policy's text with the values of its variables, whose characters are literal.

    Raises UnresolvedError for a variable with neither value nor default.
    """
    return _VARIABLE.sub(lambda match: _value(match, value_of), text) if "${" in text else text


def _value(match: re.Match[str], value_of: Callable[[str], str | None]) -> str:
    if match[1] in _ESCAPED:
        return match[0]
    value = value_of(match[1])
    if value is None:
        value = match[2]
    if value is None:
        raise UnresolvedError(match[1])
    return re.sub(r"[*?$]", r"${\g<0>}", value)


def literal(text: str) -> str:
    """Return a filled text, its escapes resolved, in which `*` and `?` are no wildcards."""
    return re.sub(r"\$\{([*?$])\}", r"\1", text)


def is_like(text: str, pattern: str) -> bool:
    """Return whether a text matches a filled pattern, in which `*` and `?` are wildcards."""
    return pattern == "*" or _compiled(pattern).fullmatch(text) is not None


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    wildcards = {"*": ".*", "?": f"[^{UNKNOWN}]"}
    parts = [wildcards.get(part) or re.escape(literal(part)) for part in _TOKEN.split(pattern)]
    return re.compile("".join(parts), re.DOTALL)


def is_action(action: str, pattern: str) -> bool:
    """Return whether an Action element's pattern covers an action, in any case of letters."""
    return is_like(action.lower(), pattern.lower())


def is_any_action(action: str, patterns: Iterable[str]) -> bool:
    """Return whether one of the patterns of an Action element covers an action."""
    names, wildcards = _actions(tuple(patterns))
    name = action.lower()
    return name in names or any(is_like(name, pattern) for pattern in wildcards)


@functools.lru_cache(maxsize=4096)
def _actions(patterns: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the names among the patterns, and the others, which need a comparison each."""
    lowered = [pattern.lower() for pattern in patterns]
    names = frozenset(text for text in lowered if not _ESCAPED.intersection(text))
    return names, tuple(text for text in lowered if text not in names)


def is_arn_like(arn: str, pattern: str) -> bool:
    """Compare part by part: no wildcard crosses a colon between an ARN's six parts."""
    parts, patterns = arn.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) == _ARN_PARTS and all(map(is_like, parts, patterns))


def covers(pattern: str, arn: str) -> bool:
    """Return whether a Resource element's filled pattern covers an ARN.

    A shorter pattern that ends with `*` covers every later part.
    """
    if pattern == "*":
        return True
    return not _NO_TYPE.match(pattern) and is_arn_like(arn, _completed(pattern))


def _completed(pattern: str) -> str:
    """Return a pattern with the later parts that its last `*` covers."""
    missing = _ARN_PARTS - pattern.count(":") - 1
    return pattern + ":*" * missing if pattern.endswith("*") else pattern


def completed(pattern: str) -> str | None:
    """Return a Resource element's filled pattern with six parts, or `*`; None if no ARN fits."""
    if pattern == "*":
        return pattern
    whole = _completed(pattern)
    is_valid = not _NO_TYPE.match(pattern) and whole.count(":") >= _ARN_PARTS - 1
    return whole if is_valid else None


def may_cover(pattern: str, arn: str) -> bool | None:
    """Return whether a Resource element's filled pattern covers an ARN with unknown parts.

    None if that depends on them.
    """
    if covers(pattern, arn):
        return True
    if UNKNOWN not in arn or _NO_TYPE.match(pattern):
        return False
    parts, patterns = arn.split(":", 5), _completed(pattern).split(":", 5)
    overlap = len(parts) == len(patterns) and all(map(_overlap, parts, patterns))
    return None if overlap else False


@functools.lru_cache(maxsize=4096)
def _overlap(text: str, pattern: str) -> bool:
    """Return whether a text with unknown parts may match a pattern."""
    wanted = [
        token
        for part in _TOKEN.split(pattern)
        for token in ([part] if part in ("*", "?") else [f"={c}" for c in literal(part)])
    ]
    places = {0}  # in the pattern, after each character of the text
    for char in text:
        places = _after(_skipped(places, wanted), char, wanted)
    return len(wanted) in _skipped(places, wanted)


def _after(places: set[int], char: str, wanted: list[str]) -> set[int]:
    """Return the places in the pattern after one more character, or unknown text."""
    if char == UNKNOWN:
        return set(range(min(places, default=len(wanted) + 1), len(wanted) + 1))
    passed = {p + 1 for p in places if p < len(wanted) and wanted[p] in ("?", f"={char}")}
    return passed | {p for p in places if p < len(wanted) and wanted[p] == "*"}


def _skipped(places: set[int], wanted: list[str]) -> set[int]:
    """Return the places with those behind stars, which may stand for nothing."""
    reached = set(places)
    for place in range(len(wanted)):
        if place in reached and wanted[place] == "*":
            reached.add(place + 1)
    return reached
