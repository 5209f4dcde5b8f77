"""Output of `tidegen status`: root stacks as deployed, their nested stacks, root causes."""

from collections.abc import Sequence

from tidegen.deployment.reading.status import RootStatus
from tidegen.planning.states import is_success, state_of
from tidegen.reporting import style

#: The note on a nested stack whose template is not the one that its root pins.
BY_HAND = "  updated past its root: 'tidegen deploy --revert-drift' restores its template"


def status_text(roots: Sequence[RootStatus]) -> str:
    """Return a block for each root stack, its nested stacks below it."""
    return "\n".join(map(_root_text, roots))


def _pinned_text(root: RootStatus) -> str:
    """Return the line on the release in the environment's file, if the deployed one differs."""
    if root.has_pinned_templates:
        return f"the file pins release {root.pinned}: the same templates"
    return f"the file pins release {root.pinned}: other templates; deploy to change to them"


def _root_text(root: RootStatus) -> str:
    if root.status is None:
        return f"{root.address}  not deployed"
    protected = ", protected" if root.protected else ""
    head = f"{root.address}  {root.status}  release {root.release or 'unknown'}{protected}"
    head = style.by_status(head, root.status)
    reason = [f"  {root.reason}"] if root.reason else []
    if root.foreign:
        reason.append(style.failed(f"  {root.foreign}; no command changes it"))
    elif not is_success(root.status):
        reason.append(f"  {state_of(root.status).advice}")
    if root.has_pinned_templates is not None:
        reason.append(f"  {_pinned_text(root)}")
    if root.cause:
        reason.append(style.failed(f"  root cause: {root.cause}"))
    reason += _record_lines(root)
    if root.incomplete:
        parts = "; ".join(root.incomplete)
        reason.append(style.failed(f"  incomplete, the next deploy completes it: {parts}"))
    if root.deletion_protection:
        reason.append(f"  deletion protection: {root.deletion_protection}")
    nested = [
        style.by_status(f"  {n.status:<22} {n.logical_id}  {n.reason}".rstrip(), n.status)
        + (style.failed(BY_HAND) if n.logical_id in root.by_hand else "")
        for n in root.nested
    ]
    return "\n".join([head, *reason, *nested])


def _record_lines(root: RootStatus) -> list[str]:
    """Return who deployed which commit when, where the stack records it."""
    if not root.commit:
        return []
    by = f", by {root.deployed_by}" if root.deployed_by else ""
    when = f" at {root.changed.isoformat(timespec='seconds')}" if root.changed else ""
    return [f"  deployed from commit {root.commit}{by}{when}"]
