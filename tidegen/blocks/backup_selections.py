"""Resources in the environment's backup plan, named one by one in their own template."""

from typing import Any

from troposphere import Ref, Template, backup

from tidegen.blocks.inputs import sibling
from tidegen.contract import Input, Kind

#: Inputs that a concern with a selection declares.
VOLUMES_PLAN = sibling("VolumesPlanId", Kind.NAME, "Plan of the volumes' backups")
TABLES_PLAN = sibling("TablesPlanId", Kind.NAME, "Plan of the tables' backups")
BACKUP_ROLE = sibling("BackupRoleArn", Kind.ROLE_ARN, "Role that AWS Backup backs up with")
VOLUMES_SELECTION = (VOLUMES_PLAN, BACKUP_ROLE)
TABLES_SELECTION = (TABLES_PLAN, BACKUP_ROLE)


def add_backup_selection(
    template: Template,
    name: str,
    arns: list[Any],
    plan: Input,
    *,
    role: Input = BACKUP_ROLE,
) -> backup.BackupSelection:
    """Back up the resources with these ARNs by the plan.

    By ARN and not by tag: removing a tag would end the backups without anybody noticing.
    Source: cdk-nag, EC2EBSInBackupPlan and DynamoDBInBackupPlan, which look for it here.
    """
    selection = backup.BackupSelectionResourceType(
        SelectionName=name, IamRoleArn=Ref(role.name), Resources=arns
    )
    return template.add_resource(
        backup.BackupSelection(
            "BackupSelection", BackupPlanId=Ref(plan.name), BackupSelection=selection
        )
    )
