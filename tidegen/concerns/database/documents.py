"""Run Command and Automation documents of the database: back up now, and restore.

Members may not read backups. The restore's Automation grants one of them that permission while it
runs, and always revokes it.
"""

from typing import Any

from awacs import iam as iam_actions
from awacs import kms
from awacs import s3 as s3_actions
from awacs import ssm as actions
from awacs.aws import ArnEquals, Condition, ForAnyValueStringEquals, Statement, StringEquals
from troposphere import GetAtt, Ref, Sub, Template, iam, ssm

from tidegen.blocks.data_buckets import bucket_name, objects_arn
from tidegen.blocks.policies import allow, arn, document, through, trust
from tidegen.blocks.replication import REPLICA_BACKUPS
from tidegen.blocks.roles import PATH, add_role
from tidegen.concerns.database.permissions import member_tag

#: Member that reads the backup; the set's primary replicates the data to all.
_RESTORER = 1
#: The most that Run Command allows a script (AWS docs, "aws:runShellScript", timeoutSeconds).
_MOST_SECONDS = 172_800
_BACKUP = {
    "type": "String",
    "description": "Folder of the backup, like mongodb/2026/11/24/030000",
    "allowedPattern": "^mongodb/[0-9]{4}/[0-9]{2}/[0-9]{2}/[0-9]{6}$",
}
_CONFIRMATION = {
    "type": "String",
    "description": "Where the environment is protected: ENVIRONMENT-YYYYMMDD of today (UTC)",
    "default": "",
    "allowedPattern": "^[a-z0-9-]*$",
}
#: Bucket of the environment's own backups, or of the replicas from a lost region.
_BUCKET = {
    "type": "String",
    "description": "The environment's own backups, or their replica in this region",
    "default": Ref("BackupsBucketName"),
    "allowedValues": [Ref("BackupsBucketName"), bucket_name(REPLICA_BACKUPS)],
}
_RESTORED = {"Backup": _BACKUP, "Confirmation": _CONFIRMATION, "Bucket": _BUCKET}


def add_documents(template: Template) -> None:
    """Add `BackupNow` and `Restore`, with the latter's command, role and policy."""
    _add_command(
        template,
        "BackupNow",
        "Back up now, on the member that would do it",
        {},
        "/opt/mongo/backup.sh now",
    )
    _add_command(
        template,
        "RestoreCommand",
        "The part of Restore that runs on a member",
        _RESTORED,
        "RESTORE_BUCKET='{{ Bucket }}' /opt/mongo/restore.sh '{{ Backup }}' '{{ Confirmation }}'",
    )
    template.add_resource(
        iam.ManagedPolicy(
            "ReadBackupsPolicy",
            Description="Lent to a member while Restore runs; attached to nothing otherwise",
            Path=PATH,
            PolicyDocument=document(*_read_backups_statements()),
        )
    )
    add_role(
        template,
        "RestoreRole",
        trust("ssm"),
        document(*_restore_statements()),
        "The Automation that restores the database",
    )
    _add_restore(template)


def _add_command(
    template: Template, title: str, purpose: str, parameters: dict[str, Any], command: str
) -> None:
    """Add a document for Run Command that runs one script of the bundle with its parameters."""
    step = {
        "action": "aws:runShellScript",
        "name": "run",
        "inputs": {"timeoutSeconds": str(_MOST_SECONDS), "runCommand": [command]},
    }
    content: dict[str, Any] = {"schemaVersion": "2.2", "description": purpose}
    content["mainSteps"] = [step]
    if parameters:
        content["parameters"] = parameters
    _add_document(template, title, "Command", content)


def _add_restore(template: Template) -> None:
    steps = [
        _lending("Lend", "AttachRolePolicy", onFailure="step:TakeBack", nextStep="Settle"),
        {
            # changes in IAM take some seconds to propagate
            "name": "Settle",
            "action": "aws:sleep",
            "inputs": {"Duration": "PT30S"},
            "nextStep": "Restore",
        },
        _run_on_member(),
        _lending("TakeBack", "DetachRolePolicy", isEnd=True),
    ]
    content = {
        "schemaVersion": "0.3",
        "description": "Restore one backup over the running replica set",
        "assumeRole": GetAtt("RestoreRole", "Arn"),
        "parameters": _RESTORED,
        "mainSteps": steps,
    }
    _add_document(template, "Restore", "Automation", content)


def _lending(name: str, call: str, **flow: Any) -> dict[str, Any]:
    """Return a step that grants the member the permission to read backups, or revokes it."""
    return {
        "name": name,
        "action": "aws:executeAwsApi",
        "inputs": {
            "Service": "iam",
            "Api": call,
            "RoleName": Ref(f"Member{_RESTORER}Role"),
            "PolicyArn": Ref("ReadBackupsPolicy"),
        },
        **flow,
    }


def _run_on_member() -> dict[str, Any]:
    return {
        "name": "Restore",
        "action": "aws:runCommand",
        "timeoutSeconds": _MOST_SECONDS,
        "inputs": {
            "DocumentName": Ref("RestoreCommand"),
            "Targets": [{"Key": "tag:tidegen:member", "Values": [member_tag(_RESTORER)]}],
            "Parameters": {name: [f"{{{{ {name} }}}}"] for name in _RESTORED},
        },
        "onFailure": "step:TakeBack",
        "onCancel": "step:TakeBack",
        "nextStep": "TakeBack",
    }


def _add_document(template: Template, title: str, kind: str, content: dict[str, Any]) -> None:
    """Add a document without a name, so that it can be replaced; the outputs have its name."""
    template.add_resource(
        ssm.Document(
            title,
            Content=content,
            DocumentFormat="JSON",
            DocumentType=kind,
            UpdateMethod="NewVersion",
        )
    )


def _read_backups_statements() -> list[Statement]:
    """Allow reading own backups, and their replica in this region under the replica's key.

    A member may use the own backups' key anyway.
    """
    by_s3 = [
        through("s3"),
        ForAnyValueStringEquals(
            {"kms:ResourceAliases": Sub("alias/${Project}/${Environment}/replica")}
        ),
    ]
    own = Sub("${BackupsBucketArn}/mongodb/*")
    keys = arn("kms:${AWS::Region}:${AWS::AccountId}:key/*")
    return [
        allow(
            "ReadBackups",
            [s3_actions.GetObject],
            [own, objects_arn(REPLICA_BACKUPS, "AWS::Region")],
        ),
        allow("DecryptReplicas", [kms.Decrypt], [keys], Condition(by_s3)),
    ]


def _restore_statements() -> list[Statement]:
    """Allow attaching that policy to that role, and running that command on that instance."""
    regional = "${AWS::Region}:${AWS::AccountId}"
    lent = Condition(ArnEquals({"iam:PolicyARN": Ref("ReadBackupsPolicy")}))
    member = Condition(StringEquals({"ssm:resourceTag/tidegen:member": member_tag(_RESTORER)}))
    return [
        allow(
            "LendReading",
            [iam_actions.AttachRolePolicy, iam_actions.DetachRolePolicy],
            [GetAtt(f"Member{_RESTORER}Role", "Arn")],
            lent,
        ),
        allow(
            "RunCommand",
            [actions.SendCommand],
            [arn(f"ssm:{regional}:document/${{RestoreCommand}}")],
        ),
        allow(
            "RunOnMember",
            [actions.SendCommand],
            [arn(f"ec2:{regional}:instance/*")],
            member,
        ),
        # these support no resource
        allow(
            "Follow",
            [
                actions.DescribeInstanceInformation,
                actions.ListCommandInvocations,
                actions.ListCommands,
            ],
            ["*"],
        ),
    ]
