"""The declarations of a concern: inputs, outputs, and its needs of other concerns."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tidegen.contract.kinds import Kind
from tidegen.contract.scopes import Scope


@dataclass(frozen=True)
class Field:
    """A value of the environment file, by its dotted name in `contract.field_catalogue()`."""

    name: str


@dataclass(frozen=True)
class Sibling:
    """An output of another concern under the same root, by the output's name."""

    output: str


@dataclass(frozen=True)
class Root:
    """An output of another root stack, read by tidegen when it plans (no exports)."""

    scope: Scope
    output: str


Source = Field | Sibling | Root


@dataclass(frozen=True)
class Input:
    """A parameter of a concern; optional with a default, which holds where nothing provides it."""

    name: str
    kind: Kind
    source: Source
    description: str
    default: str | None = None


@dataclass(frozen=True)
class Output:
    """A value that a concern offers; `surface` adds it to the root's outputs."""

    name: str
    kind: Kind
    #: Text, or a function of troposphere that refers to the concern's resources or parameters.
    value: Any
    description: str
    surface: bool = False


@dataclass(frozen=True)
class KeyUse:
    """A service that uses one of the encryption concern's keys for this concern.

    `key` names the key (`logs`, `messaging`, ...); `service` is the service principal without its
    URL suffix; `actions` are kms actions without their prefix. The resulting statement is
    limited to this account by `aws:SourceAccount`.
    """

    key: str
    service: str
    actions: tuple[str, ...] = ("GenerateDataKey*", "Decrypt")


@dataclass(frozen=True)
class Asset:
    """Files that a release carries next to the templates, uploaded by content hash.

    `folder` holds the files. `archive` is `zip` for functions and `tar` for boot bundles; both are
    uncompressed, as compressed bytes differ between zlib versions.
    """

    name: str
    folder: Path
    archive: str = "zip"


@dataclass(frozen=True)
class BuiltAsset:
    """An asset's bytes and their hash."""

    name: str
    sha256: str
    suffix: str
    content: bytes

    @property
    def key(self) -> str:
        """The object key under which the asset is uploaded."""
        return f"assets/{self.sha256}/{self.name}.{self.suffix}"
