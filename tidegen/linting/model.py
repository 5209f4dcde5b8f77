"""Findings, reports and rule descriptions."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, order=True, kw_only=True)
class Finding:
    """One finding. Lines and columns count from 1; `path` is as the caller passed it.

    `severity` is error, warning or informational. `pointer` is the path in the template, such as
    `Resources/Vpc/Properties/CidrBlock`. `title` is the text of the rule, `source` its
    documentation. `origin` is the Python line that created the resource, `file:line`, if known.
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

    @classmethod
    def of_file(cls, path: str, rule: str, message: str, title: str) -> "Finding":
        """Return an error of a whole file."""
        return cls(
            path=path,
            line=1,
            column=1,
            end_line=1,
            end_column=2,
            rule=rule,
            severity="error",
            message=message,
            title=title,
        )

    @property
    def logical_id(self) -> str:
        """The logical id of the resource, parameter or output of the finding, or empty."""
        parts = self.pointer.split("/")
        return parts[1] if len(parts) > 1 else ""

    def __str__(self) -> str:
        message = " ".join(self.message.split())
        line = f"{self.path}:{self.line}: {self.rule} {self.severity}: {message}"
        return "".join(
            c if c.isprintable() else "?" for c in line
        )  # terminals obey other characters

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain data for `--json`."""
        return {**asdict(self), "logical_id": self.logical_id}


def failure(path: str, message: str) -> Finding:
    """Return the finding that cfn-lint itself reports for a rule that failed."""
    return Finding.of_file(path, "E0002", message, "Error processing rule on the template")


@dataclass(frozen=True, kw_only=True)
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
    """All findings, sorted, over `templates` files, of which `checked` were not cached."""

    findings: tuple[Finding, ...]
    templates: int
    checked: int
