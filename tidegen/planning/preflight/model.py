"""What preflight asks of an account, what it is asked about, and what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidegen.contract.topics import Topic

#: What to do about something that is there already; the command says which identifier it takes.
IMPORT = "import it into the stack ('tidegen import --find' says how)"


Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """One thing to read in an account."""

    topic: Topic
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unknown:
    """Why a question has no answer: it may not be asked, or nobody there answers it."""

    reason: str


Facts = Mapping[Question, Answer | Unknown]


@dataclass(frozen=True, order=True)
class PreflightFinding:
    """One thing that a deploy would fail over, or (not `blocking`) that somebody has to know."""

    where: str
    message: str
    failure: str
    blocking: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True)
class Unchecked:
    """A check that could not be made."""

    where: str
    check: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: not checked: {self.check}: {self.reason}"


@dataclass(frozen=True)
class PreflightReport:
    """All that preflight has to say of a plan."""

    findings: tuple[PreflightFinding, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    capabilities: tuple[str, ...] = ()

    @property
    def blocking(self) -> tuple[PreflightFinding, ...]:
        """What the deploy would fail over."""
        return tuple(finding for finding in self.findings if finding.blocking)
