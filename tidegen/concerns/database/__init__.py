"""The MongoDB replica set: three members, one a zone, each with its own volume."""

from pathlib import Path

from troposphere import Join, Ref, Sub, Template

from tidegen.blocks import inputs
from tidegen.blocks.assets import asset_key
from tidegen.blocks.backup_selections import (
    VOLUMES_PLAN,
    VOLUMES_SELECTION,
    add_backup_selection,
)
from tidegen.blocks.logs import add_log_group
from tidegen.blocks.policies import arn
from tidegen.blocks.roles import BOUNDARY
from tidegen.blocks.rotation import ROTATION_FUNCTION
from tidegen.concerns.database.alarms import add_database_alarms
from tidegen.concerns.database.credentials import add_secrets
from tidegen.concerns.database.documents import add_documents
from tidegen.concerns.database.members import PORT, add_member
from tidegen.concerns.database.security_group import add_members_security_group
from tidegen.contract import Asset, Concern, Context, Kind, Output, Scope

MEMBERS = (1, 2, 3)
_BUNDLE = Asset("database", Path(__file__).parent / "scripts", "tar")


def add_resources(template: Template, context: Context) -> None:
    """Add the members with what they share, their documents and their alarms."""
    add_members_security_group(template)
    add_secrets(template, MEMBERS)
    add_log_group(template, "LogGroup", Sub("/${Project}/${Environment}/mongo"))
    for number in MEMBERS:
        add_member(template, number, asset_key(context, "database", "tar"))
    volume = "ec2:${AWS::Region}:${AWS::AccountId}:volume"
    volumes = [arn(f"{volume}/${{Member{number}Volume}}") for number in MEMBERS]
    add_backup_selection(template, "volumes", volumes, VOLUMES_PLAN)
    add_documents(template)
    add_database_alarms(template, MEMBERS)


#: The members' addresses.
_HOSTS = [Sub(f"mongo-{number}.${{PrivateDomain}}:{PORT}") for number in MEMBERS]

CONCERN = Concern(
    scopes=(Scope.ENVIRONMENT,),
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        inputs.PROTECTED,
        BOUNDARY,
        inputs.VPC,
        inputs.ARTIFACTS_BUCKET,
        inputs.LOGS_KEY,
        inputs.CRITICAL_TOPIC,
        *VOLUMES_SELECTION,
        inputs.ARTIFACTS_KEY,
        inputs.sibling("DatabaseKeyArn", Kind.KEY_ARN, "Key of the volumes"),
        inputs.BACKUP_KEY,
        inputs.SECRETS_KEY,
        inputs.sibling("BackupsBucketName", Kind.BUCKET_NAME, "Bucket of backups"),
        inputs.sibling("BackupsBucketArn", Kind.BUCKET_ARN, "Bucket of backups"),
        inputs.CLUSTER_GROUP,
        inputs.ENDPOINTS,
        ROTATION_FUNCTION,
        inputs.PRIVATE_ZONE,
        inputs.PUBLIC_ZONE,
        inputs.PRIVATE_DOMAIN,
        *(
            inputs.sibling(f"DataSubnet{number}Id", Kind.SUBNET_ID, f"Subnet of member {number}")
            for number in MEMBERS
        ),
        *(
            inputs.sibling(
                f"DataSubnet{number}Zone", Kind.AVAILABILITY_ZONE, f"Zone of member {number}"
            )
            for number in MEMBERS
        ),
        inputs.from_field("Image", "database.image"),
        inputs.from_field("PackagesVersion", "database.packages.version"),
        inputs.from_field("PackagesSha256", "database.packages.sha256"),
        inputs.from_field("InstanceType", "database.instance_type"),
        inputs.from_field("VolumeGib", "database.volume_gib"),
        inputs.from_field("Iops", "database.iops"),
        inputs.from_field("ThroughputMibps", "database.throughput_mibps"),
    ),
    outputs=(
        Output(
            "DatabaseSecurityGroupId",
            Kind.SECURITY_GROUP_ID,
            Ref("SecurityGroup"),
            "Security group of the members",
            surface=True,
        ),
        Output(
            "DatabaseHosts",
            Kind.STRING_LIST,
            Join(",", _HOSTS),
            "Hosts for the mongo secret",
            surface=True,
        ),
        Output(
            "DatabaseAdminSecretArn",
            Kind.SECRET_ARN,
            Ref("AdminSecret"),
            "Administrator's secret",
            surface=True,
        ),
        Output("DatabaseAlarmName", Kind.NAME, Ref("MembersAlarm"), "Alarm of the replica set"),
        Output("DatabaseLogGroupName", Kind.LOG_GROUP_NAME, Ref("LogGroup"), "Log of the members"),
        Output(
            "BackupDocumentName",
            Kind.NAME,
            Ref("BackupNow"),
            "Document that backs up now",
            surface=True,
        ),
        Output(
            "RestoreDocumentName", Kind.NAME, Ref("Restore"), "Document that restores", surface=True
        ),
    ),
    # A rolling update of the members' groups terminates one instance after the other.
    extra_deploy_actions=("autoscaling:TerminateInstanceInAutoScalingGroup",),
    assets=(_BUNDLE,),
)
