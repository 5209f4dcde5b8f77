"""Findings: what a check has to say."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Finding:
    """One finding. `line` and `column` count from 1; `path` is as the caller gave it."""

    path: str
    line: int
    column: int
    rule: str
    severity: str
    logical_id: str
    message: str
    source: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule} {self.severity}: {self.message}"

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data for `--json`."""
        return asdict(self)
