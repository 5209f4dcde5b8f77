"""What the environment's backup plan takes: named one by one, beside the resources themselves."""

from typing import Any

from troposphere import Ref, Template, backup

from tidegen.blocks.inputs import sibling
from tidegen.contract import Kind

#: Inputs that a concern with a selection declares.
BACKUP_PLAN = sibling("BackupPlanId", Kind.NAME, "Plan of the backups")
BACKUP_ROLE = sibling("BackupRoleArn", Kind.ROLE_ARN, "Role that AWS Backup backs up with")
SELECTION_INPUTS = (BACKUP_PLAN, BACKUP_ROLE)


def add_backup_selection(template: Template, name: str, arns: list[Any]) -> backup.BackupSelection:
    """Back up the resources with these ARNs by the plan; needs the parameters `SELECTION_INPUTS`.

    By ARN and not by tag: a tag that somebody removes would end the backups, and nobody would see
    it. Source: cdk-nag, EC2EBSInBackupPlan and DynamoDBInBackupPlan, which look for it here.
    """
    selection = backup.BackupSelectionResourceType(
        SelectionName=name, IamRoleArn=Ref(BACKUP_ROLE.name), Resources=arns
    )
    return template.add_resource(
        backup.BackupSelection(
            "BackupSelection", BackupPlanId=Ref(BACKUP_PLAN.name), BackupSelection=selection
        )
    )
