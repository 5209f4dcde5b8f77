"""Recovery points of volumes and tables: locked, copied to the recovery region, tested."""

from typing import Any

from troposphere import GetAtt, If, Join, NoValue, Ref, Split, Sub, Template, backup

from tidegen.blocks import inputs
from tidegen.blocks.conditions import HAS_REPLICA, add_replica_condition
from tidegen.blocks.policies import trust
from tidegen.blocks.roles import BOUNDARY, add_role
from tidegen.blocks.vaults import add_vault
from tidegen.contract import Concern, Context, Kind, Output, Scope

#: Of volumes: loss of a zone or a bad release costs at most these hours, and snapshots are
#: incremental.
_EVERY_SIX_HOURS = "cron(0 5/6 * * ? *)"
#: Of tables, whose recovery points are whole copies: what is newer, point-in-time recovery has.
_EVERY_DAY = "cron(0 6 * * ? *)"
_START_MINUTES = 60
_FINISH_MINUTES = 360
#: HIPAA, 45 CFR 164.308(a)(7)(ii)(D): contingency plans are tested. Sundays, when load is least.
_EVERY_WEEK = "cron(0 3 ? * SUN *)"
_TESTED_DAYS = 7
#: Restored resources of a test are deleted after these hours; inspect them before then.
_VALIDATION_HOURS = 1


def add_resources(template: Template, _context: Context) -> None:
    """Add the vault, plan and roles of snapshots; the database concern dumps the database."""
    add_replica_condition(template, "RecoveryVaultArn")
    name = Sub("${Project}-${Environment}")
    vault = add_vault(template, "Vault", name, Ref("BackupKeyArn"))
    _add_plan(template, vault, "Plan", ("every-six-hours", _EVERY_SIX_HOURS))
    _add_plan(template, vault, "TablesPlan", ("every-day", _EVERY_DAY), "-tables")
    add_role(
        template,
        "BackupRole",
        trust("backup"),
        None,
        "AWS Backup takes and copies recovery points",
        aws_managed=("service-role/AWSBackupServiceRolePolicyForBackup",),
    )
    add_role(
        template,
        "RestoreRole",
        trust("backup"),
        None,
        "AWS Backup restores, in tests and in earnest",
        aws_managed=("service-role/AWSBackupServiceRolePolicyForRestores",),
    )
    _add_restore_tests(template, vault)


def _add_plan(
    template: Template,
    vault: backup.BackupVault,
    title: str,
    schedule: tuple[str, str],
    suffix: str = "",
) -> None:
    """Add a plan with one rule of that name and schedule."""
    rule_name, expression = schedule
    lifecycle = backup.LifecycleResourceType(DeleteAfterDays=Ref("BackupsDays"))
    copy = backup.CopyActionResourceType(
        DestinationBackupVaultArn=Ref("RecoveryVaultArn"), Lifecycle=lifecycle
    )
    rule = backup.BackupRuleResourceType(
        RuleName=rule_name,
        TargetBackupVault=Ref(vault),
        ScheduleExpression=expression,
        StartWindowMinutes=_START_MINUTES,
        CompletionWindowMinutes=_FINISH_MINUTES,
        Lifecycle=lifecycle,
        CopyActions=[If(HAS_REPLICA, copy, NoValue)],
    )
    name = Sub(f"${{Project}}-${{Environment}}{suffix}")
    plan = backup.BackupPlanResourceType(BackupPlanName=name)
    plan.properties["BackupPlanRule"] = [rule]
    template.add_resource(backup.BackupPlan(title, BackupPlan=plan))


def _add_restore_tests(template: Template, vault: backup.BackupVault) -> None:
    """Restore one of last week's recovery points of each volume and table weekly, under our key.

    All resources with recovery points in our vault are tested, so that no new one is forgotten. A
    failed test is a failed restore job, which the notifications concern reports.
    """
    points = backup.RestoreTestingRecoveryPointSelection(
        Algorithm="RANDOM_WITHIN_WINDOW",
        IncludeVaults=[GetAtt(vault, "BackupVaultArn")],
        RecoveryPointTypes=["SNAPSHOT"],
        SelectionWindowDays=_TESTED_DAYS,
    )
    plan = template.add_resource(
        backup.RestoreTestingPlan(
            "RestoreTests",
            # AWS Backup requires a name, and accepts underscores where ours have hyphens
            RestoreTestingPlanName=Join("_", Split("-", Sub("${Project}-${Environment}"))),
            RecoveryPointSelection=points,
            ScheduleExpression=_EVERY_WEEK,
            StartWindowHours=_VALIDATION_HOURS,
        )
    )
    key_arn = Ref("BackupKeyArn")
    _add_restore_test(template, plan, "Volumes", "EBS", {"kmsKeyId": key_arn})
    encrypted = {"encryptionType": "KMS", "kmsMasterKeyArn": key_arn}
    _add_restore_test(template, plan, "Tables", "DynamoDB", encrypted)


def _add_restore_test(
    template: Template,
    plan: backup.RestoreTestingPlan,
    title: str,
    kind: str,
    overrides: dict[str, Any],
) -> None:
    template.add_resource(
        backup.RestoreTestingSelection(
            f"{title}RestoreTest",
            IamRoleArn=GetAtt("RestoreRole", "Arn"),
            ProtectedResourceArns=["*"],
            ProtectedResourceType=kind,
            RestoreMetadataOverrides=overrides,
            RestoreTestingPlanName=Ref(plan),
            RestoreTestingSelectionName=title.lower(),
            ValidationWindowHours=_VALIDATION_HOURS,
        )
    )


CONCERN = Concern(
    scopes=(Scope.ENVIRONMENT,),
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        BOUNDARY,
        inputs.BACKUP_KEY,
        inputs.from_root(
            Scope.RECOVERY,
            "RecoveryVaultArn",
            Kind.ARN,
            "Vault of the copies, or empty",
            default="",
        ),
        *inputs.RETENTION,
    ),
    outputs=(
        Output("VolumesPlanId", Kind.NAME, Ref("Plan"), "Plan of the volumes' backups"),
        Output("TablesPlanId", Kind.NAME, Ref("TablesPlan"), "Plan of the tables' backups"),
        Output(
            "BackupRoleArn",
            Kind.ROLE_ARN,
            GetAtt("BackupRole", "Arn"),
            "Role that AWS Backup backs up with",
        ),
        Output("VaultName", Kind.NAME, Ref("Vault"), "Vault of recovery points", surface=True),
        Output(
            "RestoreRoleArn",
            Kind.ROLE_ARN,
            GetAtt("RestoreRole", "Arn"),
            "Role that AWS Backup restores with",
            surface=True,
        ),
    ),
)
