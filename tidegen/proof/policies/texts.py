"""Patterns as automata, and a text that matches some of them and none of the others.

A pattern is a sequence of tokens; a star may repeat any character, or any but a colon. All patterns
are followed together, character by character, as sets of places (subset construction), so that the
answer holds for texts of any length. Characters that all patterns treat alike are one class.
"""

import functools
import itertools
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tidegen.iam.patterns import UNKNOWN

#: Escapes of policies, wildcards, text that is not known, and all other characters.
_TOKEN = re.compile(r"\$\{([*?$])\}|([*?])|(\0)|(.)", re.DOTALL)
_ANY = "*"


@dataclass(frozen=True)
class Token:
    """A character, or a wildcard: `kind` is `*`, `?` or empty, `without` what it does not match."""

    chars: str = ""
    kind: str = ""
    without: str = ""

    def takes(self, char: str) -> bool:
        """Return whether the token takes the character."""
        return char not in self.without if self.kind else char in self.chars


@dataclass(frozen=True, eq=False)
class Pattern:
    """A sequence of tokens; made once for each text, so that it is known by its identity."""

    tokens: tuple[Token, ...]


Places = frozenset[int]
#: The places reached in each pattern.
State = tuple[Places, ...]


@functools.cache
def like(text: str, *, ignore_case: bool = False) -> Pattern:
    """Return the pattern of a filled text of a policy, in which `*` and `?` are wildcards."""
    tokens = (_token(match, ignore_case=ignore_case) for match in _TOKEN.finditer(text))
    return Pattern(tuple(tokens))


@functools.cache
def arn_like(text: str) -> Pattern:
    """Return the pattern of an ARN: no wildcard crosses a colon between its first six parts."""
    parts = text.split(":", 5)
    if len(parts) < 6:
        return like(text)
    inner = [(*_without_colon(like(part)), Token(":")) for part in parts[:5]]
    return Pattern((*itertools.chain(*inner), *like(parts[5]).tokens))


@functools.cache
def exactly(text: str, *, ignore_case: bool = False) -> Pattern:
    """Return the pattern of a known text; only parts that are not known match any text.

    In an ARN such a part is within one of its six parts.
    """
    head, tail = (text.split(":", 5)[:5], text.split(":", 5)[5:]) if _is_arn(text) else ([], [text])
    inner = [token for part in head for token in (*_known(part, ":", ignore_case), Token(":"))]
    return Pattern((*inner, *_known("".join(tail), "", ignore_case)))


def _is_arn(text: str) -> bool:
    return text.startswith("arn:") and text.count(":") >= 5


def _known(text: str, without: str, ignore_case: bool) -> Iterator[Token]:
    for char in text:
        if char == UNKNOWN:
            yield Token(kind=_ANY, without=without)
        else:
            yield _char(char, ignore_case=ignore_case)


def _token(match: re.Match[str], *, ignore_case: bool) -> Token:
    escaped, wildcard, unknown, char = match.groups()
    if wildcard or unknown:
        return Token(kind=_ANY if unknown else wildcard)
    return _char(escaped or char, ignore_case=ignore_case)


def _char(char: str, *, ignore_case: bool) -> Token:
    return Token(char.lower() + char.upper() if ignore_case else char)


def _without_colon(pattern: Pattern) -> tuple[Token, ...]:
    return tuple(Token(kind=t.kind, without=":") if t.kind else t for t in pattern.tokens)


@functools.lru_cache(maxsize=262144)
def witness(inside: frozenset[Pattern], outside: frozenset[Pattern]) -> str | None:
    """Return a shortest text that matches all of `inside` and none of `outside`; None if none does.

    Shortest: the search is breadth first.
    """
    patterns = (*inside, *outside)
    needed = len(inside)
    other = _unnamed(patterns)
    start = tuple(_skipped(frozenset([0]), pattern) for pattern in patterns)
    texts = {start: ""}
    waiting = deque([start])
    while waiting:
        state = waiting.popleft()
        if _is_wanted(state, patterns, needed):
            return texts[state]
        for char in _choices(state, patterns, needed, other):
            after = _after(state, char, patterns)
            if after not in texts and all(after[:needed]):
                texts[after] = texts[state] + char
                waiting.append(after)
    return None


def _is_wanted(state: State, patterns: tuple[Pattern, ...], needed: int) -> bool:
    """Return whether the text so far matches the first `needed` patterns and no other."""
    ended = [len(p.tokens) in places for places, p in zip(state, patterns, strict=True)]
    return all(ended[:needed]) and not any(ended[needed:])


def _unnamed(patterns: Iterable[Pattern]) -> str:
    """Return a character that no pattern names, for all those that they do not tell apart."""
    named = {char for pattern in patterns for token in pattern.tokens for char in token.chars}
    return next(char for char in map(chr, range(ord("0"), sys.maxunicode)) if _is_free(char, named))


def _is_free(char: str, named: set[str]) -> bool:
    return char.isalnum() and char not in named


def _choices(
    state: State, patterns: tuple[Pattern, ...], needed: int, other: str
) -> tuple[str, ...]:
    """Return one character of each class that the tokens at these places tell apart.

    Where a pattern that must match goes on with a character, only this character can follow.
    """
    tokens = [_ahead(places, p) for places, p in zip(state, patterns, strict=True)]
    for ahead in tokens[:needed]:
        if not any(token.kind for token in ahead):
            return tuple(sorted({char for token in ahead for char in token.chars}))
    named = {char for ahead in tokens for token in ahead for char in token.chars}
    return (other, *sorted(named | {":"}))


def _ahead(places: Places, pattern: Pattern) -> list[Token]:
    return [pattern.tokens[place] for place in places if place < len(pattern.tokens)]


def _after(state: State, char: str, patterns: tuple[Pattern, ...]) -> State:
    return tuple(
        _stepped(places, char, pattern) for places, pattern in zip(state, patterns, strict=True)
    )


@functools.lru_cache(maxsize=1 << 20)
def _stepped(places: Places, char: str, pattern: Pattern) -> Places:
    """Return the places in a pattern after one more character."""
    reached = set()
    for place in places:
        token = pattern.tokens[place] if place < len(pattern.tokens) else None
        if token is not None and token.takes(char):
            reached.add(place if token.kind == _ANY else place + 1)
    return _skipped(frozenset(reached), pattern)


def _skipped(places: Places, pattern: Pattern) -> Places:
    """Return the places with those behind stars, which may stand for nothing."""
    reached = set(places)
    for place, token in enumerate(pattern.tokens):
        if place in reached and token.kind == _ANY:
            reached.add(place + 1)
    return frozenset(reached)


def matches(text: str, pattern: Pattern) -> bool:
    """Return whether a known text matches a pattern."""
    places = _skipped(frozenset([0]), pattern)
    for char in text:
        places = _stepped(places, char, pattern)
    return len(pattern.tokens) in places
