"""The failure catalogue: how deployments fail, how it is recognised, and what to do.

The first 61 rows were collected from public reports, those from 62 on are general. Lint rules,
preflight checks and the explanation of failed deployments all refer to these numbers.
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
#: Every row, by number.
FAILURES = tuple(sorted(_ROWS, key=lambda row: row.number))
_BY_NUMBER = {row.number: row for row in FAILURES}


def failure(number: int) -> Failure:
    """The row of that number."""
    return _BY_NUMBER[number]


def recognised(type_name: str, reason: str) -> Failure | None:
    """The row that says most about why a resource of that type failed; None if none fits."""
    text = f"{type_name}: {reason}"
    best = max(FAILURES, key=lambda row: row.likeness(text))
    return best if best.likeness(text) else None
