"""Recovery points in backup vaults."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses


@refuses("AWS::Backup::BackupVault", on=(DELETE,))
def vault_not_empty(resource: Resource) -> Words:
    """Deleting a backup vault with recovery points."""
    vault = looked_up("backup", "describe_backup_vault", BackupVaultName=resource.physical_id)
    return {} if vault.get("NumberOfRecoveryPoints") else None
