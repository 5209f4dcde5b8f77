"""The questions of preflight to an account, the answers, and the findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidegen.contract import Topic

#: The remedy for a resource that exists already; the command shows its identifier.
IMPORT = "import it into the stack ('tidegen import --find' shows how)"


Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """One question to an account."""

    topic: Topic
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unknown:
    """The reason for a missing answer: access is denied, or the service does not answer."""

    reason: str


Facts = Mapping[Question, Answer | Unknown]


@dataclass(frozen=True, order=True)
class PreflightFinding:
    """A problem that would make a deploy fail or, if not `blocking`, a warning.

    `failure` is a slug of the catalogue, which lists only failures seen in a deploy; else empty.
    """

    where: str
    message: str
    failure: str = ""
    blocking: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True)
class Unchecked:
    """A check that could not be done, and the reason."""

    where: str
    check: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: not checked: {self.check}: {self.reason}"


@dataclass(frozen=True)
class PreflightReport:
    """The result of preflight for a plan."""

    findings: tuple[PreflightFinding, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    capabilities: tuple[str, ...] = ()

    @property
    def blocking(self) -> tuple[PreflightFinding, ...]:
        """The findings that would make the deploy fail."""
        return tuple(finding for finding in self.findings if finding.blocking)
