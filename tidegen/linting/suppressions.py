"""Rules that templates switch off in their Metadata, and the reasons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, order=True, kw_only=True)
class Suppression:
    """A rule of a tool, switched off in a resource, or in the template if `logical_id` is empty."""

    path: str
    logical_id: str
    tool: str
    rule: str
    reason: str


class _Loader(yaml.CSafeLoader):
    """Load plain data; the values of CloudFormation functions do not matter here."""


_Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)


def suppressions(paths: Sequence[Path]) -> list[Suppression]:
    """Return all suppressions in the Metadata of `paths`, sorted; none in other files."""
    return sorted({item for path in paths for item in _of_file(path)})


def _of_file(path: Path) -> Iterator[Suppression]:
    try:
        template = yaml.load(path.read_bytes(), Loader=_Loader)  # noqa: S506 - a safe loader
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return
    for logical_id, owner in (("", template), *_items(_get(template, "Resources"))):
        for tool, rule, reason in _of_metadata(_get(owner, "Metadata")):
            yield Suppression(
                path=str(path),
                logical_id=str(logical_id),
                tool=tool,
                rule=str(rule),
                reason=" ".join(reason.split()),
            )


def _of_metadata(metadata: Any) -> Iterator[tuple[str, Any, str]]:
    """Yield (tool, rule, reason) in the forms of cfn-lint, Guard, checkov, cfn-nag and cdk-nag."""
    config = _get(_get(metadata, "cfn-lint"), "config")
    for rule in _list(_get(config, "ignore_checks")):
        yield "cfn-lint", rule, str(_get(config, "reason") or "")
    guard = _get(metadata, "guard")
    for rule in _list(_get(guard, "SuppressedRules")):
        yield "guard", rule, str(_get(guard, "Reason") or "")
    for item in _list(_get(_get(metadata, "checkov"), "skip")):
        yield "checkov", _get(item, "id"), str(_get(item, "comment") or "")
    for tool in ("cfn_nag", "cdk_nag"):
        for item in _list(_get(_get(metadata, tool), "rules_to_suppress")):
            yield tool, _get(item, "id"), str(_get(item, "reason") or "")


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _items(value: Any) -> list[tuple[Any, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []
