"""The problems of a project's files, by the files that they concern."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tidegen.contract import Scope
from tidegen.errors import InputError, Problem

if TYPE_CHECKING:
    from tidegen.environments.drafts import Draft
    from tidegen.environments.model import File


@dataclass(frozen=True)
class Conflict:
    """A contradiction between files: the one to change, the keys, the message, the other files."""

    file: "File | Draft"
    keys: tuple[str, ...]
    message: str
    others: tuple[str, ...] = ()

    def concerns(self, name: str) -> bool:
        """Return whether the file of that name is part of it."""
        return name in (self.file.name, *self.others)

    def problem(self, root: Path) -> Problem:
        """Return the problem, by file and line."""
        where = f"{self.file.path.relative_to(root).as_posix()}:{self.file.line(*self.keys)}"
        return Problem(where, f"{'.'.join(self.keys)}: {self.message}")


@dataclass(frozen=True, kw_only=True)
class FileProblems:
    """The problems in a project's files: in one file, by its name, and between files.

    `possible` conflicts are no more once a file with problems of its own is right.
    """

    root: Path = Path()
    broken: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    drafts: "tuple[Draft, ...]" = ()
    conflicts: tuple[Conflict, ...] = ()
    possible: tuple[Conflict, ...] = ()

    @property
    def all(self) -> tuple[Problem, ...]:
        """Every problem, the files' own ones first."""
        return (*self._own_problems(), *(item.problem(self.root) for item in self.conflicts))

    def require(self, file: "File") -> None:
        """Raise InputError with the problems that concern a deploy of `file`."""
        problems = [
            item.problem(self.root) for item in self.conflicts if self._concerns(item, file)
        ]
        if any(self._concerns(item, file) for item in self.possible):
            problems += self._own_problems()
        users = [draft.name for draft in self.drafts if draft.may_use(file)]
        problems += [problem for name in users for problem in self.broken[name]]
        if problems:
            raise InputError(*dict.fromkeys(problems))

    def require_home(self, file: "File") -> None:
        """Raise InputError if a file with problems may name the home region of an account file."""
        if any(
            item.keys == ("home_region",) and item.file.account == file.account
            for item in self.possible
            if file.scope == Scope.ACCOUNT
        ):
            raise InputError(*self._own_problems())

    def _concerns(self, item: Conflict, file: "File") -> bool:
        """Return whether a conflict is of the file itself or of its account's baseline."""
        is_baseline = item.file.scope == Scope.ACCOUNT and item.file.account == file.account
        return item.concerns(file.name) or is_baseline

    def _own_problems(self) -> list[Problem]:
        return [problem for problems in self.broken.values() for problem in problems]

    def warnings(self) -> Iterator[str]:
        """Yield one line for each file that has problems."""
        lines: dict[str, list[Problem]] = {}
        for problem in self.all:
            lines.setdefault(problem.where.partition(":")[0], []).append(problem)
        for first, *more in lines.values():
            yield f"{first}; {len(more)} more problems in this file" if more else str(first)
