"""A refusal: AWS's words, where they were published, and the check that finds the case."""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from tidegen.local.handlers.base import Resource


class Operation(StrEnum):
    """The operation of a stack on a resource that is refused."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


CREATE, UPDATE, DELETE = Operation.CREATE, Operation.UPDATE, Operation.DELETE

#: The words for the fields of the message; None when the resource is accepted.
Words = dict[str, str] | None
Check = Callable[[Resource], Words]
_MESSAGES = Path(__file__).parent / "messages.toml"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One refusal of AWS, as the engine repeats it.

    `message` is AWS's text, with the words that vary as fields in braces; `verbatim` is False where
    AWS documents the refusal, but no text of it was published. `failure` is its row in the
    catalogue of failures, which has the cause and the remedy. `check` is None where a shim of the
    engine refuses a whole operation.
    """

    slug: str
    summary: str
    message: str
    source: str
    failure: str
    types: tuple[str, ...] = ()
    operations: tuple[Operation, ...] = ()
    check: Check | None = None
    verbatim: bool = True


#: The fields of each refusal that its check declares, by slug.
_CHECKS: dict[str, dict[str, Any]] = {}


def refuses(*types: str, on: tuple[Operation, ...]) -> Callable[[Check], Check]:
    """Register the decorated check: its name is the slug, its first line says what is refused."""

    def register(check: Check) -> Check:
        summary = (check.__doc__ or "").partition("\n")[0]
        slug = check.__name__.replace("_", "-")
        _CHECKS[slug] = {"summary": summary, "types": types, "operations": on, "check": check}
        return check

    return register


@cache
def _rows() -> dict[str, dict[str, Any]]:
    return tomllib.loads(_MESSAGES.read_text("utf-8"))


def message(slug: str) -> str:
    """Return AWS's message of a refusal, with its fields in braces."""
    return str(_rows()[slug]["message"])


def registered() -> Iterator[Refusal]:
    """Yield all refusals, with the checks of the modules imported so far, by slug."""
    for slug in sorted(_rows().keys() | _CHECKS):
        fields = {"slug": slug, "failure": slug, **_rows()[slug], **_CHECKS.get(slug, {})}
        yield Refusal(**fields)
