"""Committed roots, read with everything they pin; differing bytes are refused."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tidegen.cloudformation.text import parse_template
from tidegen.contract import Scope
from tidegen.errors import InputError, Problem
from tidegen.planning.model import Child, RootTemplate

FORMS = ("yaml", "json")


def load_root(folder: Path, scope: Scope, assets: Mapping[str, bytes] | None) -> RootTemplate:
    """Return the root of `scope` in a release's `folder`, with its children and assets.

    `assets` holds assets by object key; others are read from `folder`.
    None reads no assets, for what needs only the templates. Raises InputError
    with one problem for each file that is missing or has other bytes than the root pins.
    """
    path = _root_path(folder, scope)
    content = path.read_bytes()
    body = parse_template(content.decode(), str(path))
    about = body.get("Metadata", {}).get("Tidegen", {})
    if about.get("Scope") != scope:
        raise InputError(f"{path}: is not a root of scope {scope}; {_remedy(path)}")
    problems: list[Problem] = []
    children = _children(folder, about.get("Children", {}), problems)
    keys = [] if assets is None else about.get("Assets", [])
    carried = _assets(folder, keys, assets or {}, problems)
    if problems:
        raise InputError.of(problems)
    return RootTemplate(
        name=path.name,
        content=content,
        body=body,
        sha256=sha256(content),
        scope=scope,
        children=children,
        assets=carried,
    )


def sha256(content: bytes) -> str:
    """Return the hexadecimal SHA-256 of `content`."""
    return hashlib.sha256(content).hexdigest()


def _root_path(folder: Path, scope: Scope) -> Path:
    for form in FORMS:
        path = folder / "roots" / f"{scope}.{form}"
        if path.is_file():
            return path
    path = folder / "roots" / f"{scope}.yaml"
    raise InputError(f"{path}: is missing; {_remedy(path)}")


def _children(folder: Path, pinned: dict[str, Any], problems: list[Problem]) -> tuple[Child, ...]:
    children = []
    for logical_id, child in pinned.items():
        path = folder / child["File"]
        content = path.read_bytes() if path.is_file() else None
        problems.extend(_mismatch(path, content, child["Sha256"]))
        children.append(Child(logical_id, child["File"], child["Sha256"], content or b""))
    return tuple(children)


def _assets(
    folder: Path, keys: list[str], built: Mapping[str, bytes], problems: list[Problem]
) -> dict[str, bytes]:
    """Return object key → bytes. A key has the form `assets/<sha256>/<name>`."""
    carried = {}
    for key in keys:
        path = folder / key
        content = built.get(key) or (path.read_bytes() if path.is_file() else None)
        problems.extend(_mismatch(path, content, key.split("/")[1]))
        carried[key] = content or b""
    return carried


def _mismatch(path: Path, content: bytes | None, pinned: str) -> list[Problem]:
    if content is None:
        return [Problem(str(path), f"is missing; {_remedy(path)}")]
    if sha256(content) != pinned:
        problem = f"differs from the hash in its root ({pinned[:12]}); {_remedy(path)}"
        return [Problem(str(path), problem)]
    return []


def _remedy(path: Path) -> str:
    """Return the remedy for a wrong file: nothing renders a release, which never changes."""
    if "releases" in path.parts:
        return "restore the release from version control"
    return "run 'tidegen render'"
