"""The fields of a failure in the catalogue."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Where(StrEnum):
    """A place where tidegen detects a failure."""

    LINT = "lint"
    PREFLIGHT = "preflight"
    DEPLOY = "deploy"


LINT, PREFLIGHT, DEPLOY = Where.LINT, Where.PREFLIGHT, Where.DEPLOY


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One known failure of deployments.

    `slug` is its name everywhere, such as `role-missing`. `messages` are parts of AWS's message, in
    any case, with `…` for any text between; empty if AWS reports nothing. A message may begin with
    its resource type. `where` are all places that detect the failure, `rules` the lint rules:
    cfn-lint's, or the platform's (E9 and W9).
    """

    slug: str
    messages: tuple[str, ...]
    cause: str
    action: str
    where: tuple[Where, ...]
    sources: tuple[str, ...]
    rules: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.cause}; {self.action}"

    def likeness(self, text: str) -> int:
        """Return the length of the longest message in `text`; 0 if it contains none."""
        matching = (message for message in self.messages if _pattern(message).search(text))
        return max((len(message.replace("…", "")) for message in matching), default=0)


def _pattern(message: str) -> re.Pattern[str]:
    parts = map(re.escape, message.split("…"))
    return re.compile(".*?".join(parts), re.IGNORECASE | re.DOTALL)


def issue(repository: str, *numbers: int) -> tuple[str, ...]:
    """Return the addresses of issues of a GitHub repository."""
    return tuple(f"https://github.com/{repository}/issues/{number}" for number in numbers)


def guide(page: str) -> tuple[str, ...]:
    """Return the address of a page of AWS's documentation."""
    return (f"https://docs.aws.amazon.com/{page}",)
