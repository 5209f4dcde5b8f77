"""The steps of every recovery, read from their file, and the values that fill them in."""

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from tidegen.planning.recovery.model import Phase, RecoveryStep

_FILE = Path(__file__).with_name("steps.toml")
_WORD = re.compile(r"@([a-z_]+)@")


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of one recovery: names, regions, and both ranges."""

    project: str
    environment: str
    account: str
    home: str
    region: str
    domain: str
    cidr: str
    former_cidr: str

    def fill(self, text: str) -> str:
        """Return a text with its words filled in."""
        return _WORD.sub(lambda match: self._word(match[1]), text)

    def _word(self, name: str) -> str:
        if name == "cidr_pattern":
            return _address(self.former_cidr).replace(".", r"\.")
        return _address(self.cidr) if name == "cidr" else str(getattr(self, name))


def _address(cidr: str) -> str:
    return cidr.partition("/")[0]


def steps_for(words: Words) -> tuple[RecoveryStep, ...]:
    """Return the steps of one recovery, in order."""
    return tuple(replace(step, commands=words.fill(step.commands)) for step in all_steps())


@cache
def all_steps() -> tuple[RecoveryStep, ...]:
    """Return the steps as the file has them."""
    rows = tomllib.loads(_FILE.read_text("utf-8"))
    return tuple(_step(slug, row) for slug, row in rows.items())


def _step(slug: str, row: dict[str, Any]) -> RecoveryStep:
    low, high = row["minutes"]
    return RecoveryStep(
        slug=slug,
        phase=Phase(row["phase"]),
        title=row["title"],
        minutes=(low, high),
        source=row["source"],
        section=row["section"],
        needs=tuple(row.get("needs", ())),
        commands=row.get("commands", "").strip(),
    )
