"""Locks of vaults: final after a grace period; then AWS Backup refuses every change.

A guard of the plan cannot decide this: neither template shows whether the period is over.
"""

from collections.abc import Iterable

from tidegen.cloudformation.resources import Properties
from tidegen.cloudformation.values import number_of
from tidegen.contract import Topic
from tidegen.planning.preflight.check import Answer, Checks, about_each
from tidegen.planning.preflight.model import PreflightFinding
from tidegen.planning.preflight.subject import Subject

_VAULT = "AWS::Backup::BackupVault"

CHECKS = Checks()


def _deployed_vaults(subject: Subject) -> dict[str, tuple[str, Properties]]:
    """Return name of a deployed vault that stays → its path and wanted properties."""
    return {name: (path, props) for name, path, props in subject.kept_of(_VAULT)}


@CHECKS.add("locks of vaults", ask=about_each(Topic.LOCKS, _deployed_vaults))
def _changed(subject: Subject, locks: Answer) -> Iterable[PreflightFinding]:
    for name, (path, props) in _deployed_vaults(subject).items():
        lock, deployed = props.get("LockConfiguration", {}), locks.get(name, {})
        if not deployed.get("final"):
            continue
        days = number_of(lock.get("MinRetentionDays"))
        if days != deployed["days"] or "ChangeableForDays" not in lock:
            problem = (
                f"the lock of vault '{name}', COMPLIANCE with {deployed['days']} days, has been "
                f"final since {deployed['final']}, and AWS Backup refuses to change it"
            )
            way = (
                f"set lock_mode COMPLIANCE and lock_days {deployed['days']} in the environment file"
            )
            yield PreflightFinding(path, f"{problem}; {way}, or create a second environment")
