"""What a row of the failure catalogue says."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Where(StrEnum):
    """The first place at which tidegen can see a failure coming, or meet it."""

    LINT = "lint"
    PREFLIGHT = "preflight"
    DEPLOY = "deploy"


LINT, PREFLIGHT, DEPLOY = Where.LINT, Where.PREFLIGHT, Where.DEPLOY


@dataclass(frozen=True)
class Failure:
    """One way in which deployments fail.

    `slug` names it everywhere, as in `role-missing`. `messages` are parts of what AWS says, any
    case, `…` for whatever stands between; empty where AWS says nothing. A message may begin with
    the resource type that it is about. `where` is all the places that catch it, `rules` are the
    lint rules: cfn-lint's, or the platform's (E9 and W9).
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
        """Characters of the longest message that `text` holds; 0 if it holds none."""
        found = (message for message in self.messages if _pattern(message).search(text))
        return max((len(message.replace("…", "")) for message in found), default=0)


def _pattern(message: str) -> re.Pattern[str]:
    parts = map(re.escape, message.split("…"))
    return re.compile(".*?".join(parts), re.IGNORECASE | re.DOTALL)


def issue(repository: str, *numbers: int) -> tuple[str, ...]:
    """Addresses of threads of a GitHub repository."""
    return tuple(f"https://github.com/{repository}/issues/{number}" for number in numbers)


def guide(page: str) -> tuple[str, ...]:
    """The address of a page of AWS's documentation."""
    return (f"https://docs.aws.amazon.com/{page}",)
