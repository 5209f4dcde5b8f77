"""The fields of environment files that templates can use, from their declarations in the model.

Run as `make fields`, after a declaration has changed. The committed catalogue,
`contract/fields.json`, lets composition and rendering use the fields without loading the model.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from tidegen.contract import CATALOGUE_FILE, CatalogueField, Kind, Scope
from tidegen.environments.derived import DERIVED, Derivation
from tidegen.environments.model import File, Models
from tidegen.environments.parameters import Parameter
from tidegen.environments.sections import Section

#: Kinds of keys whose type names none.
_KINDS: dict[Any, Kind] = {bool: Kind.BOOLEAN, int: Kind.NUMBER, tuple: Kind.STRING_LIST}


@dataclass(frozen=True)
class DeclaredField:
    """A field of the catalogue, and the function that returns its value."""

    entry: CatalogueField
    value: Derivation


@cache
def declared_fields() -> dict[str, DeclaredField]:
    """Return every field that a model declares or that is derived, by dotted name."""
    fields = {name: DeclaredField(*derived) for name, derived in DERIVED.items()}
    for scope, model in Models.BY_SCOPE.items():
        for name, field in fields_of_model(model, Scope(scope)):
            fields[name] = _joined(name, fields.get(name, field), field)
    return dict(sorted(fields.items()))


def catalogue_text() -> str:
    """Return the text of the committed file."""
    fields = {name: field.entry for name, field in declared_fields().items()}
    rows = {
        name: {"kind": entry.kind, "scopes": entry.scopes, "description": entry.description}
        for name, entry in fields.items()
    }
    return json.dumps(rows, indent=1) + "\n"


@dataclass(frozen=True)
class _Type:
    """The type of a key: without None, and with the metadata of every Annotated in it."""

    bare: Any
    metadata: tuple[Any, ...]
    optional: bool

    @property
    def kind(self) -> Kind:
        """The kind in the metadata, or the one that follows from the bare type."""
        named = (item for item in self.metadata if isinstance(item, Kind))
        return next(named, _KINDS.get(get_origin(self.bare) or self.bare, Kind.STRING))


def fields_of_model(
    model: type[Section], scope: Scope, path: tuple[str, ...] = (), *, optional: bool = False
) -> Iterator[tuple[str, DeclaredField]]:
    """Yield each declared field of the files of `scope` by name; `path` is the model's key.

    Fields of an `optional` section, which files may leave out, can be empty.
    """
    for key, info in model.model_fields.items():
        type_, keys = _type_of(info.annotation, info.metadata), (*path, key)
        if isinstance(type_.bare, type) and issubclass(type_.bare, Section):
            absent = optional or type_.optional
            yield from fields_of_model(type_.bare, scope, keys, optional=absent)
        for mark in type_.metadata:
            if isinstance(mark, Parameter):
                yield from _of_key(keys, type_, mark, scope, optional=optional)


def _of_key(
    keys: tuple[str, ...], type_: _Type, mark: Parameter, scope: Scope, *, optional: bool
) -> Iterator[tuple[str, DeclaredField]]:
    for name, text, index in mark.parts(keys[-1]):
        is_item = index is not None
        kind = _type_of(get_args(type_.bare)[0]).kind if is_item else type_.kind
        description = f"{text}, or empty" if is_item or optional or type_.optional else text
        entry = CatalogueField(kind, mark.scopes or (scope,), description)
        yield ".".join((*keys[:-1], name)), DeclaredField(entry, partial(_read, keys, index))


def _type_of(annotation: Any, metadata: Iterable[Any] = ()) -> _Type:
    bare, metadata, optional = annotation, [*metadata], False
    while origin := get_origin(bare):
        if origin is Annotated:
            bare, *added = get_args(bare)
            metadata += added
        elif origin in (Union, UnionType):
            bare, *others = (member for member in get_args(bare) if member is not NoneType)
            optional = True
            if others:
                raise TypeError(f"is a union of {bare} and {others}; declare one type")
        else:
            break
    return _Type(bare, tuple(metadata), optional)


def _joined(name: str, one: DeclaredField, other: DeclaredField) -> DeclaredField:
    """Return a field that several files have; they differ only in their scopes."""
    if (one.entry.kind, one.entry.description) != (other.entry.kind, other.entry.description):
        raise TypeError(f"{name} is declared twice, with another kind or description")
    scopes = tuple(scope for scope in Scope if scope in (*one.entry.scopes, *other.entry.scopes))
    return DeclaredField(CatalogueField(one.entry.kind, scopes, one.entry.description), one.value)


def _read(keys: tuple[str, ...], index: int | None, file: Any, _: Iterable[File]) -> Any:
    """Return the value at `keys`, or one item of its list.

    None below a section that is absent, or that files of this scope do not have.
    """
    value = file
    for key in keys:
        value = getattr(value, key, None)
    return value if index is None else "".join((value or ())[index : index + 1])


if __name__ == "__main__":
    CATALOGUE_FILE.write_text(catalogue_text())
