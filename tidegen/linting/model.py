"""Findings, reports and rule descriptions."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Finding:
    """One finding. Lines and columns count from 1; `path` is as the caller gave it.

    `severity` is error, warning or informational. `pointer` is the place in the template, as in
    `Resources/Vpc/Properties/CidrBlock`. `title` says what the rule checks, `source` where that is
    documented. `origin` is the Python line that made the resource, `file:line`, where it is known.
    """

    path: str
    line: int
    column: int
    rule: str
    severity: str
    message: str
    end_line: int = 1
    end_column: int = 1
    pointer: str = ""
    title: str = ""
    source: str = ""
    origin: str = ""

    @property
    def logical_id(self) -> str:
        """The resource, parameter or output that the finding is about, if any."""
        parts = self.pointer.split("/")
        return parts[1] if len(parts) > 1 else ""

    def __str__(self) -> str:
        message = " ".join(self.message.split())
        line = f"{self.path}:{self.line}: {self.rule} {self.severity}: {message}"
        return "".join(c if c.isprintable() else "?" for c in line)  # terminals obey some others

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data for `--json`."""
        return {**asdict(self), "logical_id": self.logical_id}


@dataclass(frozen=True)
class RuleInfo:
    """The description of a rule, as `--explain` prints it."""

    id: str
    severity: str
    title: str
    description: str
    source: str
    tags: tuple[str, ...] = ()

    @classmethod
    def of(cls, rule: Any) -> "RuleInfo":
        """Return the description of a rule of cfn-lint or of a root rule."""
        return cls(
            id=rule.id,
            severity=rule.severity.lower(),
            title=rule.shortdesc,
            description=rule.description,
            source=rule.source_url or "",
            tags=tuple(rule.tags),
        )


@dataclass(frozen=True)
class LintReport:
    """All findings, sorted, over `templates` files; the verdicts of the others were kept."""

    findings: tuple[Finding, ...]
    templates: int
    checked: int
