"""Quotas that no schema has, and that AWS checks when it is too late.

Sources: CloudFormation user guide, "CloudFormation quotas"; IAM user guide, "IAM and STS quotas".
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

_Item = TypeVar("_Item")

#: Bytes of a template that the call itself carries, and of one in a bucket.
DIRECT_TEMPLATE_BYTES = 51_200
TEMPLATE_BYTES = 1_000_000
#: Characters of a parameter's value.
PARAMETER_SIZE = 4_096
#: Characters without white space: a managed policy, a trust policy, a role's own policies together.
MANAGED_POLICY_SIZE = 6_144
TRUST_POLICY_SIZE = 2_048
INLINE_POLICIES_SIZE = 10_240
#: Managed policies of a role, by default.
POLICIES_PER_ROLE = 10


def batches(
    items: Iterable[_Item], size: Callable[[list[_Item]], int], limit: int
) -> Iterator[list[_Item]]:
    """Yield the items in order, in lists of at most `limit` by `size`; a larger item is alone."""
    batch: list[_Item] = []
    for item in items:
        if batch and size([*batch, item]) > limit:
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch
