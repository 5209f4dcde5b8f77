"""Snapshots of volumes and tables: a locked vault, a plan, and copies in the recovery region."""

from troposphere import Equals, GetAtt, If, Not, NoValue, Ref, Sub, Template, backup

from tidegen.blocks.inputs import ENVIRONMENT, PROJECT, from_field
from tidegen.blocks.policies import trust
from tidegen.blocks.roles import BOUNDARY, add_role
from tidegen.blocks.vaults import add_vault
from tidegen.contract import (
    Concern,
    Context,
    Input,
    Kind,
    Output,
    Root,
    Scope,
    Sibling,
    add_outputs,
    new_template,
)

#: Loss of a zone or a bad release costs at most these hours; snapshots are incremental.
_EVERY_SIX_HOURS = "cron(0 5/6 * * ? *)"
_START_MINUTES = 60
_FINISH_MINUTES = 360
_HAS_REPLICA = "HasReplica"


def build(_context: Context) -> Template:
    """The backup template. The dump of the database is its own affair; this is the second way."""
    template = new_template(CONCERN)
    template.add_condition(_HAS_REPLICA, Not(Equals(Ref("RecoveryVaultArn"), "")))
    name = Sub("${Project}-${Environment}")
    vault = add_vault(template, "Vault", name, Ref("BackupKeyArn"))
    _add_plan(template, vault)
    add_role(
        template,
        "BackupRole",
        trust("backup"),
        None,
        "AWS Backup takes and copies recovery points",
        aws_managed=("service-role/AWSBackupServiceRolePolicyForBackup",),
    )
    _add_selection(template)
    return add_outputs(template, CONCERN, VaultName=Ref(vault))


def _add_plan(template: Template, vault: backup.BackupVault) -> None:
    lifecycle = backup.LifecycleResourceType(DeleteAfterDays=Ref("BackupsDays"))
    copy = backup.CopyActionResourceType(
        DestinationBackupVaultArn=Ref("RecoveryVaultArn"), Lifecycle=lifecycle
    )
    rule = backup.BackupRuleResourceType(
        RuleName="every-six-hours",
        TargetBackupVault=Ref(vault),
        ScheduleExpression=_EVERY_SIX_HOURS,
        StartWindowMinutes=_START_MINUTES,
        CompletionWindowMinutes=_FINISH_MINUTES,
        Lifecycle=lifecycle,
        CopyActions=[If(_HAS_REPLICA, copy, NoValue)],
    )
    plan = backup.BackupPlanResourceType(BackupPlanName=Sub("${Project}-${Environment}"))
    plan.properties["BackupPlanRule"] = [rule]
    template.add_resource(backup.BackupPlan("Plan", BackupPlan=plan))


def _add_selection(template: Template) -> None:
    """Volumes and tables with the tag Backup, of this environment: accounts may hold several."""
    wanted = {"Backup": "true", "project": Ref("Project"), "environment": Ref("Environment")}
    tags = [
        {"ConditionKey": f"aws:ResourceTag/{key}", "ConditionValue": value}
        for key, value in wanted.items()
    ]
    selection = backup.BackupSelectionResourceType(
        SelectionName="tagged",
        IamRoleArn=GetAtt("BackupRole", "Arn"),
        Resources=[
            Sub("arn:${AWS::Partition}:ec2:*:*:volume/*"),
            Sub("arn:${AWS::Partition}:dynamodb:*:*:table/*"),
        ],
    )
    selection.properties["Conditions"] = {"StringEquals": tags}
    template.add_resource(
        backup.BackupSelection("Selection", BackupPlanId=Ref("Plan"), BackupSelection=selection)
    )


CONCERN = Concern(
    name="backup",
    scopes=(Scope.ENVIRONMENT,),
    purpose="Recovery points of volumes and tables, locked, and copied to the recovery region.",
    build=build,
    inputs=(
        PROJECT,
        ENVIRONMENT,
        BOUNDARY,
        Input("BackupKeyArn", Kind.KEY_ARN, Sibling("BackupKeyArn"), "Key of backups"),
        Input(
            "RecoveryVaultArn",
            Kind.ARN,
            Root(Scope.RECOVERY, "RecoveryVaultArn"),
            "Vault of the copies, or empty",
            default="",
        ),
        from_field("BackupsDays", "retention.backups_days"),
        from_field("LockMode", "retention.lock_mode"),
        from_field("LockDays", "retention.lock_days"),
    ),
    outputs=(Output("VaultName", Kind.NAME, "Vault of recovery points", surface=True),),
    stateful=("Vault",),
    deploy_actions=(
        "backup-storage:MountCapsule",
        "backup:CreateBackupPlan",
        "backup:CreateBackupSelection",
        "backup:CreateBackupVault",
        "backup:DeleteBackupPlan",
        "backup:DeleteBackupSelection",
        "backup:DeleteBackupVault",
        "backup:DescribeBackupVault",
        "backup:GetBackupPlan",
        "backup:GetBackupSelection",
        "backup:GetBackupVaultAccessPolicy",
        "backup:ListTags",
        "backup:PutBackupVaultAccessPolicy",
        "backup:PutBackupVaultLockConfiguration",
        "backup:TagResource",
        "backup:UntagResource",
        "backup:UpdateBackupPlan",
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKey",
        "kms:RetireGrant",
    ),
)
