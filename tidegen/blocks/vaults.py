"""Vaults of recovery points: the platform's key, a lock, erasure by break-glass roles only."""

from typing import Any

from awacs import backup as actions
from awacs.aws import Action, ArnNotLike, Condition, Statement
from troposphere import Equals, If, NoValue, Ref, Template, backup

from tidegen.blocks.inputs import LOCK_DAYS, LOCK_MODE
from tidegen.blocks.policies import deny_everybody, document
from tidegen.blocks.roles import BREAK_GLASS, EXECUTION
from tidegen.blocks.stateful import RETAINED
from tidegen.contract import Input

#: After these days a compliance lock is final, for AWS as well. The shortest time that AWS accepts.
_GRACE_DAYS = 3


def add_vault(
    template: Template,
    title: str,
    name: Any,
    key_arn: Any,
    *,
    mode: Input = LOCK_MODE,
    days: Input = LOCK_DAYS,
) -> backup.BackupVault:
    """Add a vault, locked as `mode` and `days` say. AWS Backup requires a name."""
    template.add_condition("IsCompliance", Equals(Ref(mode.name), "COMPLIANCE"))
    vault = backup.BackupVault(
        title,
        BackupVaultName=name,
        EncryptionKeyArn=key_arn,
        LockConfiguration=backup.LockConfigurationType(
            MinRetentionDays=Ref(days.name),
            # without the days of grace, administrators can still remove the lock
            ChangeableForDays=If("IsCompliance", _GRACE_DAYS, NoValue),
        ),
        **RETAINED,
    )
    # troposphere would write a policy as text, which hides its functions from CloudFormation
    vault.properties["AccessPolicy"] = document(*_guards())
    return template.add_resource(vault)


def _guards() -> list[Statement]:
    """Deny erasure by hand, and other policies (Config: backup-recovery-point-manual-deletion).

    Recovery points still expire: AWS Backup does not call its own API for that.
    """
    erasure: list[Action] = [actions.DeleteRecoveryPoint, actions.UpdateRecoveryPointLifecycle]
    policy: list[Action] = [
        actions.PutBackupVaultAccessPolicy,
        actions.DeleteBackupVaultAccessPolicy,
    ]
    return [
        _deny_except("DenyErasure", erasure, [BREAK_GLASS]),
        _deny_except("DenyOtherPolicies", policy, [BREAK_GLASS, EXECUTION]),
    ]


def _deny_except(sid: str, denied: list[Action], excepted: list[Any]) -> Statement:
    """Deny everyone but `excepted`; "*" is this vault and its recovery points."""
    others = Condition(ArnNotLike({"aws:PrincipalArn": excepted}))
    return deny_everybody(sid, denied, ["*"], others)
