"""Guards of values that only grow, and of locks that nobody can take back."""

from collections.abc import Iterator
from typing import Any

from tidegen.planning.changes import Action, Change
from tidegen.planning.refusal import Consent, Refusal

#: Values that the service only increases. EC2 API reference, ModifyVolume, Size: "The target volume
#: size must be greater than or equal to the existing size of the volume".
_GROWING = {"AWS::EC2::Volume": ("Size",)}

_VAULT = "AWS::Backup::BackupVault"
_BUCKET = "AWS::S3::Bucket"
_GRACE = ("LockConfiguration", "ChangeableForDays")
_RETENTION = ("ObjectLockConfiguration", "Rule", "DefaultRetention")
#: Type → the numbers that make its lock weaker as they fall.
_PERIODS = {
    _VAULT: (("LockConfiguration", "MinRetentionDays"),),
    _BUCKET: ((*_RETENTION, "Days"), (*_RETENTION, "Years")),
}
_COMPLIANCE = "COMPLIANCE"


def shrinks(change: Change) -> Iterator[Refusal]:
    """Refuse a smaller value where the service only takes larger ones; no option helps."""
    for name in _GROWING.get(change.type, ()):
        before, after = _values(change, (name,))
        if _is_less(after, before):
            reason = f"cannot shrink: {name} {before} to {after}"
            way = f"restore {before}, or add a smaller one with another logical id and copy"
            yield Refusal(change, reason, way, Consent.NONE)


def locks_for_good(change: Change) -> Iterator[Refusal]:
    """Refuse to switch on a lock that nobody can take back, without its own consent.

    AWS Backup developer guide, "AWS Backup Vault Lock": after the grace time a vault lock in
    compliance mode "cannot be changed or deleted"; S3 user guide, "Locking objects with Object
    Lock": in compliance mode a version "can't be overwritten or deleted by any user, including the
    root user".
    """
    reason = "would be locked in COMPLIANCE mode, which nobody can take back"
    way = "keep lock_mode: GOVERNANCE"
    if change.type == _VAULT:
        before, after = _values(change, _GRACE)
        if before is None and after is not None:
            reason = f"{reason} after {after} days"
            yield Refusal(change, reason, way, Consent.LOCK)
    if change.type == _BUCKET:
        before, after = _values(change, (*_RETENTION, "Mode"))
        if after == _COMPLIANCE:
            yield Refusal(change, f"{reason} from new objects", way, Consent.LOCK)


def weakens_lock(change: Change) -> Iterator[Refusal]:
    """Refuse a shorter or weaker lock without its own consent."""
    way = "restore lock_mode and lock_days; AWS refuses it once a vault's COMPLIANCE lock is final"
    for what in _weakened(change):
        yield Refusal(change, f"would weaken its lock: {what}", way, Consent.LOCK)


def _weakened(change: Change) -> Iterator[str]:
    """Yield the values of a lock that an update makes weaker."""
    for keys in _PERIODS.get(change.type, ()):
        before, after = _values(change, keys)
        if before is not None and (after is None or _is_less(after, before)):
            yield f"{keys[-1]} {before} to {_shown(after)}"
    if change.type == _VAULT:
        before, after = _values(change, _GRACE)
        if before is not None and after != before:
            yield f"{_GRACE[-1]} {before} to {_shown(after)}"
    if change.type == _BUCKET:
        before, after = _values(change, (*_RETENTION, "Mode"))
        if before == _COMPLIANCE and after != before:
            yield f"{before} to {_shown(after)}"


def _shown(value: Any) -> str:
    return "none" if value is None else str(value)


def _values(change: Change, keys: tuple[str, ...]) -> tuple[Any, Any]:
    """Return a property before and after an update; None twice if it stays the same."""
    if change.action in (Action.ADD, Action.REMOVE):
        return None, None
    for detail in change.details:
        names = tuple(detail.name.split("."))
        if names == keys[: len(names)]:
            rest = keys[len(names) :]
            return _below(detail.before, rest), _below(detail.after, rest)
    return None, None


def _below(value: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _is_less(one: Any, other: Any) -> bool:
    """Return whether a number is less than another; numbers may be texts."""
    try:
        return float(one) < float(other)
    except (TypeError, ValueError):
        return False
