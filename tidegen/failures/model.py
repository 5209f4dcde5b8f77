"""The fields of a failure in the catalogue."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Where(StrEnum):
    """A place where tidegen detects a failure."""

    LINT = "lint"
    PREFLIGHT = "preflight"
    DEPLOY = "deploy"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One known failure of deployments.

    `slug` is its name everywhere, such as `role-missing`. `messages` are parts of AWS's message, in
    any case, with `…` for any text between; empty if AWS reports nothing. A message may begin with
    its resource type. `where` are all places that detect the failure, `rules` the lint rules:
    cfn-lint's, or the platform's (E9 and W9). `sources` are issues on GitHub, such as
    `aws/aws-cdk#14920`, or addresses.
    """

    slug: str
    cause: str
    action: str
    where: tuple[Where, ...]
    sources: tuple[str, ...]
    messages: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.cause}; {self.action}"

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of the sources."""
        return tuple(map(_address, self.sources))

    def likeness(self, text: str) -> int:
        """Return the length of the longest message in `text`; 0 if it contains none."""
        matching = (message for message in self.messages if _pattern(message).search(text))
        return max((len(message.replace("…", "")) for message in matching), default=0)


def _pattern(message: str) -> re.Pattern[str]:
    parts = map(re.escape, message.split("…"))
    return re.compile(".*?".join(parts), re.IGNORECASE | re.DOTALL)


def _address(source: str) -> str:
    repository, is_issue, number = source.partition("#")
    if not is_issue or source.startswith("https:"):
        return source
    return f"https://github.com/{repository}/issues/{number}"
