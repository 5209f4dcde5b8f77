"""Loading of one file: a validated model, or all its problems with their lines."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from tidegen.environments.drafts import Draft
from tidegen.environments.messages import is_consequence, key_text, message, path_of, shown
from tidegen.environments.model import DiscriminatedFile, File, KeyPath
from tidegen.environments.types import is_name
from tidegen.environments.yaml_source import Source, parse
from tidegen.errors import InputError, Problem

_MAX_BYTES = 1_000_000
#: More would not help to fix a file.
_MAX_PROBLEMS = 100
_ADAPTER: TypeAdapter[File] = TypeAdapter(DiscriminatedFile)
_PLACEHOLDER = re.compile(
    r"(todo|fixme|tbd|xxx+|\?+|(change|replace)[-_ ]?me|your[-_ ].*|<.*>|\$\{.*\}|\{\{.*\}\})",
    re.IGNORECASE,
)

Found = tuple[int, KeyPath, str]


def load_file(path: Path, root: Path) -> File:
    """Return the file's model. Raises InputError with all problems, in the order of their lines."""
    file, problems = read_file(path, root)
    if isinstance(file, Draft):
        raise InputError(*problems)
    return file


def read_file(path: Path, root: Path) -> tuple[File | Draft, tuple[Problem, ...]]:
    """Return the file's model; or what can be read of it, with all problems by line."""
    where = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    source, unread = _read_source(path, where)
    if unread:
        return Draft(path, source), unread
    model, problems = _validate(source)
    problems = [*source.problems, *_wrong_name(source, path), *_placeholders(source), *problems]
    if model is None or problems:
        return Draft(path, source), tuple(_problems(where, problems))
    return model.placed(path, source.lines), ()


def read_draft(path: Path, root: Path) -> Draft:
    """Return what can be read of a file that tidegen does not use."""
    return Draft(path, _read_source(path, path.relative_to(root).as_posix())[0])


def _read_source(path: Path, where: str) -> tuple[Source, tuple[Problem, ...]]:
    """Return a file's content; without any, and with the problem, if it cannot be read."""
    try:
        return parse(read_text(path, where)), ()
    except InputError as error:
        return Source(), error.problems


def read_text(path: Path, where: str) -> str:
    """Return the file's text. Raises InputError unless it is a regular, small UTF-8 file."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputError(Problem(where, "is not a regular file; remove it"))
        if status.st_size > _MAX_BYTES:
            problem = f"is larger than {_MAX_BYTES} bytes, {status.st_size}; split it"
            raise InputError(Problem(where, problem))
        content = path.read_bytes()
    except OSError as error:
        problem = f"cannot be read, {error.strerror}; check the path and its permissions"
        raise InputError(Problem(where, problem)) from error
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problem = f"is not UTF-8, byte {content[error.start]:#04x}; save it as UTF-8"
        raise InputError(Problem(f"{where}:{line}", problem)) from error


def _validate(source: Source) -> tuple[File | None, list[Found]]:
    if () in source.unusable:
        return None, []
    if not isinstance(source.data, dict):
        line = source.lines[()]
        return None, [(line, (), "is not a block of keys; start with 'scope: environment'")]
    try:
        return _ADAPTER.validate_python(source.data), []
    except ValidationError as error:
        return None, list(_errors(error, source))


def _errors(error: ValidationError, source: Source) -> Iterator[Found]:
    placeholders = {path for _, path, _ in _placeholders(source)}
    hidden = source.unusable | placeholders
    for item in error.errors(include_url=False)[:_MAX_PROBLEMS]:
        path = path_of(item)
        if is_consequence(item):
            continue
        if not any(path[:length] in hidden for length in range(1, len(path) + 1)):
            yield _line(source, path), path, message(item, path, source.written)


def _line(source: Source, path: KeyPath) -> int:
    while path not in source.lines:
        path = path[:-1]
    return source.lines[path]


def _wrong_name(source: Source, path: Path) -> Iterator[Found]:
    name = source.data.get("name") if isinstance(source.data, dict) else None
    if isinstance(name, str) and name != path.stem and not _PLACEHOLDER.fullmatch(name):
        problem = f"differs from the file's name, {shown(name)}; {_name_remedy(path.stem)}"
        yield source.lines[("name",)], ("name",), problem


def _name_remedy(stem: str) -> str:
    """Advise the file's name only where it can be the name of an environment."""
    if is_name(stem):
        return f"write {shown(stem)}, or rename it"
    return f"rename the file, as {shown(stem)} cannot be a name"


def _placeholders(source: Source) -> list[Found]:
    return [
        (source.lines[path], path, f"is a placeholder, {shown(text)}; write the real value")
        for path, text in source.written.items()
        if _PLACEHOLDER.fullmatch(text)
    ]


def _problems(where: str, problems: list[Found]) -> Iterator[Problem]:
    ordered = sorted(problems, key=lambda item: item[0])
    for line, path, problem in ordered[:_MAX_PROBLEMS]:
        yield Problem(f"{where}:{line}", f"{key_text(path)}: {problem}" if path else problem)
    if len(ordered) > _MAX_PROBLEMS:
        yield Problem(where, f"has more problems, {len(ordered)} in all; fix these first")
