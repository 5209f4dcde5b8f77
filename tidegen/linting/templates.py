"""Files to check: searched below folders, read, and refused where cfn-lint would crash."""

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tidegen.linting.keys import content_digest
from tidegen.linting.model import Finding

ENDINGS = (".yaml", ".yml", ".json", ".template")
#: CloudFormation accepts 1 MB; up to this size cfn-lint reports that itself, fast enough.
MAX_BYTES = 5_000_000
#: cfn-lint's parsers overflow the C stack at more than ten thousand levels.
MAX_DEPTH = 2_000
_TEMPLATE = re.compile(
    rb"""(?:^|[{,\s])["']?(?:AWSTemplateFormatVersion|Resources)["']?\s*:""", re.MULTILINE
)
#: cfn-lint reads the template of a nested stack if it is a local file.
_LOCAL_CHILD = re.compile(rb"""(?:TemplateURL|Location)["']?\s*:\s*["']?(?!https?:|s3:|[!{"'])\S""")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file to check: the digest of its content, or the finding with the reason against it."""

    path: str
    digest: str = ""
    size: int = 0
    problem: Finding | None = None
    reads_others: bool = False


def find_templates(roots: Sequence[Path]) -> list[Path]:
    """Return named files, and files in named folders that look like templates; in order, once each.

    Links to folders are not followed, hidden folders are skipped.
    """
    paths = [path for root in roots for path in (_below(root) if root.is_dir() else [root])]
    return list(dict.fromkeys(paths))


def _below(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if name.endswith(ENDINGS) and path.is_file() and looks_like_template(path):
                yield path


def looks_like_template(path: Path) -> bool:
    """Return whether the text has a key of a template; an unreadable file may be one."""
    try:
        with path.open("rb") as file:
            return _TEMPLATE.search(file.read(MAX_BYTES)) is not None
    except OSError:
        return True


def read_source(path: Path, settings: str) -> Source:
    """Return the file as a Source; never raise."""
    name = str(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return Source(path=name, problem=refusal(name, "E0000", "Is not a regular file"))
        if status.st_size > MAX_BYTES:
            text = f"The template file size ({status.st_size} bytes) exceeds the limit"
            message = f"{text} (1000000 bytes); it was not read"
            return Source(path=name, problem=refusal(name, "E1002", message))
        content = path.read_bytes()
    except OSError as error:
        message = f"Cannot be read: {error.strerror}"
        return Source(path=name, problem=refusal(name, "E0000", message))
    local = _LOCAL_CHILD.search(content) is not None
    return Source(
        path=name, digest=content_digest(content, settings), size=len(content), reads_others=local
    )


def refusal(path: str, rule: str, message: str) -> Finding:
    """Return the only finding in a file that is not checked."""
    return Finding.of_file(path, rule, message, "Template cannot be checked")


def nested_too_deep(content: bytes) -> bool:
    """Return whether brackets or indentation nest deeper than MAX_DEPTH.

    Only a file in which that is possible at all is parsed, which is rare.
    """
    brackets = content.count(b"[") + content.count(b"{")
    longest = max(map(len, re.split(rb"[\r\n]", content)), default=0)
    return (brackets > MAX_DEPTH or longest > MAX_DEPTH) and _depth_passes(content)


def _depth_passes(content: bytes) -> bool:
    import yaml  # rarely needed

    depth = 0
    try:
        for event in yaml.parse(content, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                return True
    except (yaml.YAMLError, ValueError):
        return False  # cfn-lint stops at the same place and reports why
    return False
