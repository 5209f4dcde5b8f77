"""The failure catalogue: known failures of deployments, AWS's messages, causes and actions.

Most were collected from public reports, some are general. Lint rules, preflight checks and the
root cause of a failed deployment name a failure by its slug.
"""

from tidegen.failures import audit, compute, identity, logs, network, stacks, storage
from tidegen.failures.model import Failure, Where

__all__ = ["FAILURES", "Failure", "Where", "failure", "recognised"]

_ROWS: tuple[Failure, ...] = (
    *audit.FAILURES,
    *compute.FAILURES,
    *identity.FAILURES,
    *logs.FAILURES,
    *network.FAILURES,
    *stacks.FAILURES,
    *storage.FAILURES,
)
#: Every failure, by slug.
FAILURES = tuple(sorted(_ROWS, key=lambda row: row.slug))
_BY_SLUG = {row.slug: row for row in FAILURES}


def failure(slug: str) -> Failure:
    """Return the failure of that slug."""
    return _BY_SLUG[slug]


def recognised(type_name: str, reason: str) -> Failure | None:
    """Return the failure with the longest message in `reason`, for that type; None if none fits."""
    text = f"{type_name}: {reason}"
    best = max(FAILURES, key=lambda row: row.likeness(text))
    return best if best.likeness(text) else None
