"""Vaults of recovery points: a key of ours, a lock, and no erasure but by break-glass roles."""

from typing import Any

from awacs import backup as actions
from awacs.aws import Action, ArnNotLike, Condition, Deny, Principal, Statement
from troposphere import Equals, If, NoValue, Ref, Template, backup

from tidegen.blocks.policies import document
from tidegen.blocks.roles import BREAK_GLASS, EXECUTION
from tidegen.blocks.stateful import RETAINED

#: After these days a compliance lock is final, for AWS as well. The least that AWS allows.
_GRACE_DAYS = 3


def add_vault(template: Template, title: str, name: Any, key_arn: Any) -> backup.BackupVault:
    """A vault locked as the parameters LockMode and LockDays say. AWS Backup demands a name."""
    template.add_condition("IsCompliance", Equals(Ref("LockMode"), "COMPLIANCE"))
    vault = backup.BackupVault(
        title,
        BackupVaultName=name,
        EncryptionKeyArn=key_arn,
        LockConfiguration=backup.LockConfigurationType(
            MinRetentionDays=Ref("LockDays"),
            # without the days of grace the lock stays one that administrators can lift
            ChangeableForDays=If("IsCompliance", _GRACE_DAYS, NoValue),
        ),
        **RETAINED,
    )
    # troposphere would turn a policy into text, in which CloudFormation sees no function
    vault.properties["AccessPolicy"] = document(*_guards())
    return template.add_resource(vault)


def _guards() -> list[Statement]:
    """No erasure by hand, and no other policy (Config: backup-recovery-point-manual-deletion).

    Expiry goes on: AWS Backup does not call its own API for that.
    """
    erasure: list[Action] = [actions.DeleteRecoveryPoint, actions.UpdateRecoveryPointLifecycle]
    policy: list[Action] = [
        actions.PutBackupVaultAccessPolicy,
        actions.DeleteBackupVaultAccessPolicy,
    ]
    return [
        _deny_but("DenyErasure", erasure, [BREAK_GLASS]),
        _deny_but("DenyOtherPolicies", policy, [BREAK_GLASS, EXECUTION]),
    ]


def _deny_but(sid: str, denied: list[Action], excepted: list[Any]) -> Statement:
    """In a vault's policy "*" means this vault and its recovery points."""
    return Statement(
        Sid=sid,
        Effect=Deny,
        Principal=Principal("*"),
        Action=denied,
        Resource=["*"],
        Condition=Condition(ArnNotLike({"aws:PrincipalArn": excepted})),
    )
