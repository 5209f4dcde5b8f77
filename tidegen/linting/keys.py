"""Digests of everything that a verdict depends on, computed without importing cfn-lint.

Next to the template these are: the Python and cfn-lint versions, the schemas that `cfn-lint
--update-specs` fetched, `.cfnlintrc` files, the sources of the rules and of this package, regions.
"""

import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from tidegen import cloudformation, rules

_CONFIGURATIONS = (".cfnlintrc", ".cfnlintrc.yaml", ".cfnlintrc.yml")
#: Options that make a verdict depend on files that no digest here covers.
_OTHER_FILES = re.compile(
    rb"append_rules|custom_rules|override_spec|registry_schemas|parameter_files|deployment_files"
)


def settings_digest(regions: Sequence[str]) -> str:
    """Return the SHA-256 over everything but the template."""
    return _digest([sys.version, *regions, *_cfn_lint_state()], _files())


def content_digest(content: bytes, settings: str = "") -> str:
    """Return the SHA-256 over a template's bytes and the digest of the settings."""
    return hashlib.sha256(settings.encode() + b"\0" + content).hexdigest()


def source_digest(folders: Iterable[Path]) -> str:
    """Return the SHA-256 over the Python sources below `folders`."""
    return _digest([sys.version], [p for folder in folders for p in sorted(folder.rglob("*.py"))])


def configuration_is_self_contained() -> bool:
    """Return whether no `.cfnlintrc` names further files, so that verdicts may be cached."""
    return not any(_OTHER_FILES.search(path.read_bytes()) for path in configurations())


def _digest(texts: Iterable[str], paths: Iterable[Path]) -> str:
    digest = hashlib.sha256("\0".join(texts).encode())
    for path in paths:
        digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    yield from sorted(Path(__file__).parent.glob("*.py"))
    yield from sorted(rules.FOLDER.rglob("*.py"))
    yield from sorted(Path(cloudformation.__file__).parent.glob("*.py"))  # imported by rules
    yield from configurations()


def configurations() -> list[Path]:
    """Return the `.cfnlintrc` files of the home and the working folder."""
    folders = (Path(os.path.expanduser("~")), Path())  # noqa: PTH111 - no error without a home
    paths = (folder / name for folder in folders for name in _CONFIGURATIONS)
    return [path for path in paths if path.is_file()]


def _cfn_lint_state() -> Iterator[str]:
    """Yield cfn-lint's version file, and the time of the last change to fetched schemas."""
    spec = find_spec("cfnlint")
    assert spec is not None
    assert spec.origin is not None
    yield (Path(spec.origin).parent / "version.py").read_text()
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    for name in ("providers", "resources"):
        folder = Path(base, "aws", "cfn-lint", "schemas", name)
        yield str(folder.stat().st_mtime_ns) if folder.is_dir() else ""
