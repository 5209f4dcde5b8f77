"""The requests that people accepted between environments that share an account.

Decision 005 gives the reasons; a test compares its table with the committed list.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

COMMITTED = Path(__file__).with_name("accepted.toml")


ACCOUNT, ENVIRONMENT = "account", "environment"


@dataclass(frozen=True, kw_only=True)
class Use:
    """An action that a principal may use on a resource of another owner of its account."""

    principal: str
    action: str
    reads: bool
    on: str


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """Uses that people accepted; `kind` is changes, reads or (on an account's resources) uses."""

    on: str
    principals: tuple[str, ...]
    kind: str
    actions: tuple[str, ...]
    because: str

    def covers(self, use: Use) -> bool:
        """Return whether a use is accepted here."""
        return any(self.needs(pattern, use) for pattern in self.actions)

    def needs(self, pattern: str, use: Use) -> bool:
        """Return whether one of the patterns is there for a use."""
        kinds = ("uses", "reads" if use.reads else "changes")
        is_of = (
            self.on in (use.on, ENVIRONMENT)
            and use.principal in self.principals
            and self.kind in kinds
        )
        return is_of and fnmatchcase(use.action.lower(), pattern.lower())


@cache
def accepted() -> tuple[Accepted, ...]:
    """Return the committed list."""
    rows = tomllib.loads(COMMITTED.read_text())["accepted"]
    return tuple(
        Accepted(
            on=row.get("on", ENVIRONMENT),
            principals=tuple(row["principals"]),
            kind=row["kind"],
            actions=tuple(row["actions"]),
            because=row["because"],
        )
        for row in rows
    )


def is_accepted(use: Use) -> bool:
    """Return whether a use is in the list."""
    return any(row.covers(use) for row in accepted())


def not_needed(uses: Iterable[Use]) -> list[tuple[Accepted, str]]:
    """Return the patterns of the list that none of these uses needs."""
    known = list(uses)
    return [
        (row, pattern)
        for row in accepted()
        for pattern in row.actions
        if not any(row.needs(pattern, use) for use in known)
    ]
