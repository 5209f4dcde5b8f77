"""A refusal: AWS's words, where they were published, and the check that finds the case."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

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


_REFUSALS: dict[str, Refusal] = {}


def refuses(
    slug: str,
    *types: str,
    on: tuple[Operation, ...],
    message: str,
    source: str,
    failure: str,
    verbatim: bool = True,
) -> Callable[[Check], Check]:
    """Register the decorated check; the first line of its docstring says what is refused."""

    def register(check: Check) -> Check:
        add(
            Refusal(
                slug=slug,
                summary=(check.__doc__ or "").partition("\n")[0],
                message=message,
                source=source,
                failure=failure,
                types=types,
                operations=on,
                check=check,
                verbatim=verbatim,
            )
        )
        return check

    return register


def add(refusal: Refusal) -> Refusal:
    """Register a refusal and return it."""
    _REFUSALS[refusal.slug] = refusal
    return refusal


def registered() -> tuple[Refusal, ...]:
    """Return the refusals of the modules imported so far, by slug."""
    return tuple(_REFUSALS[slug] for slug in sorted(_REFUSALS))


def reasons(operation: Operation, resource: Resource) -> Iterator[str]:
    """Yield AWS's message of each refusal of this operation on a resource."""
    for refusal in registered():
        if refusal.check is None or operation not in refusal.operations:
            continue
        if resource.identity.type_name not in refusal.types:
            continue
        words = refusal.check(resource)
        if words is not None:
            yield refusal.message.format(**words)
