"""Packages: a face is the only door from outside, or there is none."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tidegen

PACKAGE = Path(tidegen.__file__).parent


def faces() -> list[str]:
    """Return the top-level packages that list names for others in `__all__`."""
    inits = sorted(PACKAGE.glob("*/__init__.py"))
    return [path.parent.name for path in inits if "\n__all__ = [" in path.read_text()]


def imports_past(face: str) -> Iterator[str]:
    """Yield each import of a module of the package from outside it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if not path.is_relative_to(PACKAGE / face):
            for node in ast.walk(ast.parse(path.read_text())):
                module = node.module if isinstance(node, ast.ImportFrom) else None
                if module and module.startswith(f"tidegen.{face}."):
                    yield f"{path.relative_to(PACKAGE)}:{node.lineno}: {module}"


@pytest.mark.parametrize("face", faces())
def test_a_package_with_a_face_is_imported_through_it(face):
    assert list(imports_past(face)) == []
