"""Recovery points in a backup vault."""

from tidegen.local.handlers.base import Resource
from tidegen.local.handlers.service import looked_up
from tidegen.local.refusals.model import DELETE, Words, refuses


@refuses(
    "vault-not-empty",
    "AWS::Backup::BackupVault",
    on=(DELETE,),
    message="Backup vault cannot be deleted because it contains recovery points.",
    source="https://github.com/aws/aws-cdk/issues/33711",
    failure="vault-not-empty",
)
def vault_not_empty(resource: Resource) -> Words:
    """Deleting a backup vault with recovery points."""
    vault = looked_up("backup", "describe_backup_vault", BackupVaultName=resource.physical_id)
    return {} if vault.get("NumberOfRecoveryPoints") else None
