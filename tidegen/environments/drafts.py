"""Files that are not valid, read as far as possible, so that checks between files see them, too."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tidegen.contract import Scope
from tidegen.environments.types import is_name
from tidegen.environments.yaml_source import Source

if TYPE_CHECKING:
    from tidegen.environments.model import File

_ACCOUNT = re.compile("[0-9]{12}")
_RANGES = (("network", "cidr"), ("recovery", "cidr"))


@dataclass(frozen=True)
class Draft:
    """A file with problems: its path, and its content as far as it is YAML."""

    path: Path
    source: Source

    @property
    def name(self) -> str:
        """The file's name, without its ending."""
        return self.path.stem

    @property
    def project(self) -> str:
        """The project; empty if the file has none."""
        return self._text("project")

    @property
    def account(self) -> str:
        """The account's id; empty if the file has none."""
        account = self._text("account")
        return account if _ACCOUNT.fullmatch(account) else ""

    @property
    def scope(self) -> str:
        """The scope; empty if the file has none that exists."""
        scope = self._text("scope")
        return scope if scope in list(Scope) else ""

    @property
    def is_named(self) -> bool:
        """Whether the file names stacks: its own name, project, account and scope are right."""
        name = self._text("name")
        return name == self.name and is_name(name) and all((self.project, self.account, self.scope))

    def may_be(self, scope: Scope) -> bool:
        """Return whether the file may be meant for that scope."""
        return self.scope in ("", scope)

    def may_use(self, file: "File") -> bool:
        """Return whether it may be an environment that uses `file` as its shared services."""
        if file.scope != Scope.SHARED or not self.may_be(Scope.ENVIRONMENT):
            return False
        known = isinstance(self.source.data, dict) and self.scope
        return self._text("shared") == file.name if known else True

    def line(self, *keys: str | int) -> int:
        """Return the line of a key, or of the block that would hold it."""
        while keys and keys not in self.source.lines:
            keys = keys[:-1]
        return self.source.lines.get(keys, 1)

    def ranges(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each range as it is written, and its keys."""
        for keys in _RANGES:
            cidr = self._at(*keys)
            if isinstance(cidr, str) and self.scope in (Scope.ENVIRONMENT, Scope.SHARED):
                yield cidr, keys

    def _text(self, key: str) -> str:
        value = self._at(key)
        return value if isinstance(value, str) else ""

    def _at(self, *keys: str) -> Any:
        value = self.source.data
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value
