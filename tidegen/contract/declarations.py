"""The declarations of a concern: inputs, outputs, and its needs of other concerns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tidegen.contract.kinds import Kind
from tidegen.contract.scopes import Scope

if TYPE_CHECKING:
    from troposphere import Template


@dataclass(frozen=True)
class Field:
    """A value of the environment file, by its dotted name in `contract.fields.FIELDS`."""

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


@dataclass(frozen=True)
class Context:
    """The data of a build apart from its inputs: all concerns, and the built assets."""

    concerns: "tuple[Concern, ...]" = ()
    assets: Mapping[str, BuiltAsset] = field(default_factory=dict)
    _templates: "dict[str, Template]" = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def key_uses(self, key: str) -> tuple[KeyUse, ...]:
        """Return every declared use of one key, each once, in a stable order."""
        uses = {use for concern in self.concerns for use in concern.key_uses if use.key == key}
        return tuple(sorted(uses, key=lambda use: (use.service, use.actions)))

    def template_of(self, concern: "Concern") -> "Template":
        """Return the concern's template, built once."""
        if concern.name not in self._templates:
            self._templates[concern.name] = concern.build(self)
        return self._templates[concern.name]


Build = Callable[[Context], "Template"]


@dataclass(frozen=True, kw_only=True)
class Concern:
    """The subject of one template: its name, scopes, inputs and outputs."""

    name: str
    scopes: tuple[Scope, ...]
    purpose: str
    build: Build
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    key_uses: tuple[KeyUse, ...] = ()
    #: IAM actions that a deploy needs in addition to those in the registry's schemas.
    extra_deploy_actions: tuple[str, ...] = ()
    assets: tuple[Asset, ...] = ()
    #: Concerns to deploy first although no value comes from them.
    after: tuple[str, ...] = ()

    @property
    def logical_id(self) -> str:
        """The logical id of this concern's nested stack."""
        return "".join(part.capitalize() for part in self.name.split("-"))
