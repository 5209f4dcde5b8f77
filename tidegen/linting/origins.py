"""The Python line that created the resource of a finding: the place to fix it.

The concern is built once more, with troposphere's `add_*` methods recording their callers. Only a
template of this project with findings costs this time. Parameters and outputs are declared: their
line is the one that names them, or the beginning of the concern's declarations.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from tidegen.linting.model import Finding

#: Section of a template → troposphere's method that adds an entry.
_METHODS = {
    "Resources": "add_resource",
    "Parameters": "add_parameter",
    "Outputs": "add_output",
    "Mappings": "add_mapping",
    "Conditions": "add_condition",
}
_Lines = dict[tuple[str, str], str]


def with_origins(findings: Sequence[Finding], folder: Path) -> list[Finding]:
    """Return the findings; those in templates that concerns render into `folder` get an origin."""
    lines: dict[str, _Lines] = {}
    result = []
    for finding in findings:
        name = _name_below(finding.path, folder)
        if name and name not in lines:
            lines[name] = _lines_of(name)
        section, _, rest = finding.pointer.partition("/")
        origin = lines.get(name, {}).get((section, rest.partition("/")[0]), "")
        result.append(replace(finding, origin=origin))
    return result


def _name_below(path: str, folder: Path) -> str:
    """Return `storage` for `templates/current/storage.yaml`, `roots/access` for a root, else ""."""
    resolved = Path(path).resolve()
    if not resolved.is_relative_to(folder.resolve()):
        return ""
    return resolved.relative_to(folder.resolve()).with_suffix("").as_posix()


def _lines_of(name: str) -> _Lines:
    from tidegen.composition import build_assets
    from tidegen.concerns import discovered_concerns
    from tidegen.contract import Context

    concerns = discovered_concerns()
    for concern in concerns:
        scope = concern.scopes[0]
        if name == (f"roots/{scope}" if scope.is_direct else concern.name):
            source = concern.add_resources.__code__.co_filename
            with _recording(source) as lines:
                template = concern.build(Context(concerns, build_assets(concerns)))
            return {
                entry: line or _declaration(source, *entry)
                for entry, line in lines[id(template)].items()
            }
    return {}


@contextmanager
def _recording(source: str) -> Iterator[dict[int, _Lines]]:
    """Record the lines of the concern's source that add entries, by the template's id.

    While the block runs; a build may also build the templates of other concerns.
    """
    from troposphere import Template

    lines: dict[int, _Lines] = defaultdict(dict)
    originals = {section: getattr(Template, name) for section, name in _METHODS.items()}
    for section, name in _METHODS.items():
        setattr(Template, name, _recorder(section, originals[section], source, lines))
    try:
        yield lines
    finally:
        for section, name in _METHODS.items():
            setattr(Template, name, originals[section])


def _recorder(
    section: str, original: Callable[..., Any], source: str, lines: dict[int, _Lines]
) -> Callable[..., Any]:
    def add(self: Any, entry: Any, *more: Any) -> Any:
        line = _line_in(source, sys._getframe(1))  # the caller is wanted
        for item in entry if isinstance(entry, list) else [entry]:
            lines[id(self)][section, str(getattr(item, "title", item))] = line
        return original(self, entry, *more)

    return add


def _line_in(source: str, frame: FrameType | None) -> str:
    while frame is not None:
        if _is_part(frame.f_code.co_filename, source):
            return f"{_shown(frame.f_code.co_filename)}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def _declaration(source: str, section: str, name: str) -> str:
    """Return the line that declares a parameter or output, or begins the concern's declarations."""
    if section not in ("Parameters", "Outputs"):
        return ""
    lines = Path(source).read_text().splitlines()
    matches = [
        number
        for text in (f'"{name}"', "Concern(")
        for number, line in enumerate(lines, start=1)
        if text in line
    ]
    return f"{_shown(source)}:{matches[0]}" if matches else ""


def _is_part(file: str, source: str) -> bool:
    """Return whether `file` belongs to the concern: its module, or any module of its package."""
    folder, slash, name = source.rpartition("/")
    return file.startswith(f"{folder}{slash}") if name == "__init__.py" else file == source


def _shown(source: str) -> str:
    """Return the path relative to the working folder if it is below it, as template paths are."""
    path = Path(source)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else source
