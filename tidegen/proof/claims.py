"""Claims, results and counterexamples, as frozen data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """The outcome of a question about all requests, or all resources."""

    PROVEN = "proven"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


class Family(StrEnum):
    """The promises of the platform, as `tidegen prove` names them."""

    PARITY = "parity"
    ISOLATION = "isolation"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A statement about the platform that holds for every request or every resource."""

    id: str
    family: Family
    statement: str


@dataclass(frozen=True, kw_only=True)
class Counterexample:
    """One case in which a claim does not hold; `file` and `line` declare what allows it."""

    text: str
    file: str = ""
    line: int = 1
    data: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}" if self.file else self.text


@dataclass(frozen=True, kw_only=True)
class Result:
    """The answer to a claim about some environments.

    `asked` counts the questions, `accepted` the exceptions that people accepted and that were
    needed. `reason` says why nothing is decided.
    """

    claim: Claim
    subject: tuple[str, ...]
    asked: int
    counterexamples: tuple[Counterexample, ...] = ()
    accepted: tuple[str, ...] = ()
    reason: str = ""

    @property
    def verdict(self) -> Verdict:
        """Never proven for lack of data: no question asked leaves the claim undecided."""
        if self.counterexamples:
            return Verdict.REFUTED
        return Verdict.UNDECIDED if self.reason or not self.asked else Verdict.PROVEN
