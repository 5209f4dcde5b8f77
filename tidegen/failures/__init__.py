"""The failure catalogue: known failures of deployments, AWS's messages, causes and actions.

Most were collected from public reports, some are general. Lint rules, preflight checks and the
root cause of a failed deployment name a failure by its slug. Each area has a file here, with a
table for each failure and the fields of `Failure`.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tidegen.failures.model import Failure, Where

__all__ = ["AREAS", "Failure", "Where", "catalogue", "failure", "recognised"]

_LISTS = ("messages", "where", "rules", "sources")
#: The files of the catalogue.
AREAS = tuple(sorted(Path(__file__).parent.glob("*.toml")))


@cache
def catalogue() -> Mapping[str, Failure]:
    """Return every failure by its slug, in the order of the slugs; read the files once."""
    rows = {
        slug: row for path in AREAS for slug, row in tomllib.loads(path.read_text("utf-8")).items()
    }
    return MappingProxyType({slug: _failure(slug, rows[slug]) for slug in sorted(rows)})


def _failure(slug: str, row: Mapping[str, Any]) -> Failure:
    fields: dict[str, Any] = {**row, "where": map(Where, row["where"])}
    lists = {name: tuple(fields[name]) for name in _LISTS if name in fields}
    return Failure(slug=slug, **{**fields, **lists})


def failure(slug: str) -> Failure:
    """Return the failure of that slug."""
    return catalogue()[slug]


def recognised(type_name: str, reason: str) -> Failure | None:
    """Return the failure with the longest message in `reason`, for that type; None if none fits."""
    text = f"{type_name}: {reason}"
    best = max(catalogue().values(), key=lambda row: row.likeness(text))
    return best if best.likeness(text) else None
