"""The errors a user can cause, and the exit code each one ends with.

TidegenError                exit 2: bad usage or bad input
├── InputError              an environment file, a template or an argument is wrong
├── CompositionError        concerns do not fit together
├── AccessError             AWS cannot be reached: credentials, account or network
├── EngineUnavailableError  the local engine's package is missing or is another version
├── EngineStartError        the local engine does not start, answer, or go on
├── RefusedError            exit 1: a guard refuses the operation
│   ├── OvertakenError      another operation changed the stack first
│   └── DeniedError         exit 2: a permission is missing, so nothing is known
└── DeploymentError         exit 1: AWS refused or failed
    └── UnavailableError    exit 2: AWS throttles, fails, or something else answers in its place

Every message is one line per problem: `where: what is wrong, the value; what to do`.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One problem: `where` is `file:line`, a key path, or both."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class TidegenError(Exception):
    """Problems that the user can fix; the command line prints them, one a line."""

    exit_code = 2

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(p if isinstance(p, Problem) else Problem("", p) for p in problems)
        super().__init__("\n".join(map(str, self.problems)))

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> "TidegenError":
        """Return one error with all `problems`, sorted by place."""
        return cls(*sorted(problems))


class InputError(TidegenError):
    """A file or an argument is wrong."""


class CompositionError(TidegenError):
    """The concerns do not fit together."""


class AccessError(TidegenError):
    """AWS cannot be reached: no or expired credentials, those of another account, or no network."""


class EngineUnavailableError(TidegenError):
    """The local engine cannot run here: its package is missing or is another version."""


class EngineStartError(TidegenError):
    """The local engine's port is taken, or its process ended or did not answer in time."""


class RefusedError(TidegenError):
    """A guard refuses; nothing was changed."""

    exit_code = 1


class OvertakenError(RefusedError):
    """Another operation changed the stack first; nothing was changed."""


class DeniedError(RefusedError):
    """The credentials may not make a call: what it would have answered is not known."""

    exit_code = 2


def overtaken_text(reason: str) -> str:
    """Return the message of an OvertakenError."""
    return (
        f"another operation on this stack was first ({reason}); this command did not change it; "
        "run the same command again: it follows the operation in progress and plans again"
    )


class DeploymentError(TidegenError):
    """AWS refused or failed; the message leads with the root cause."""

    exit_code = 1


class UnavailableError(DeploymentError):
    """AWS throttles, has a fault, or gives an answer that cannot be read."""

    exit_code = 2
