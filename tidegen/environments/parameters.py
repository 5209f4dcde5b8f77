"""Declare, where the model has them, the keys whose values templates can use.

`make fields` writes the catalogue of these fields, `contract/fields.json`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from tidegen.contract import Scope


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A key whose value, or the items of whose list, templates can use.

    `description` is that of the templates' parameter. Without `scopes`, the main root of each file
    that has the key can use it. With `numbers`, each item of the list is a parameter `name_NUMBER`,
    as a template cannot count a list; an item that the list does not have is empty.
    """

    description: str
    scopes: tuple[Scope, ...] = ()
    name: str = ""
    numbers: tuple[int, ...] = ()

    def parts(self, key: str) -> Iterator[tuple[str, str, int | None]]:
        """Yield each parameter's name, its description, and its item's index in the list."""
        if not self.numbers:
            yield key, self.description, None
        for index, number in enumerate(self.numbers):
            yield f"{self.name}_{number}", self.description.format(number=number), index


def parameter(
    description: str, *, in_file: str = "", scopes: tuple[Scope, ...] = (), **options: Any
) -> Any:
    """Return a pydantic field that templates can use.

    Authors of files read `in_file`, if it is given, instead of the parameter's description.
    """
    mark = Parameter(description=description, scopes=scopes)
    return _marked(mark, in_file or description, options)


def parameters(
    name: str, description: str, numbers: tuple[int, ...], *, in_file: str, **options: Any
) -> Any:
    """Return a pydantic field whose items templates can use.

    `description` is an item's and has its `{number}`; authors of files read `in_file`.
    """
    mark = Parameter(description=description, name=name, numbers=numbers)
    return _marked(mark, in_file, options)


def _marked(mark: Parameter, description: str, options: dict[str, Any]) -> Any:
    field = Field(description=description, **options)
    field.metadata.append(mark)
    return field
