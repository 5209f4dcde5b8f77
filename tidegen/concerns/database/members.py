"""One member of the MongoDB replica set: volume, address, launch template, group of one."""

from typing import Any

from troposphere import Base64, GetAtt, Ref, Sub, Tags, Template, autoscaling, ec2, iam, route53
from troposphere.policies import (
    AutoScalingRollingUpdate,
    CreationPolicy,
    ResourceSignal,
    UpdatePolicy,
)

from tidegen.blocks import inputs
from tidegen.blocks.launch_templates import template_tags
from tidegen.blocks.policies import document, trust
from tidegen.blocks.roles import PATH, add_role
from tidegen.blocks.stateful import RETAINED
from tidegen.concerns.database.permissions import member_statements, member_tag

PORT = 27017
#: Long enough for a member to attach, install and catch up; the longest wait of an update.
_PATIENCE = "PT1H"
#: Lifecycle hook of a member's termination; its own script knows the name.
_HOOK = "hand-over"
_HOOK_SECONDS = 300
#: Processes that replace instances, suspended during a rolling update.
_SUSPENDED = [
    "AZRebalance",
    "AlarmNotification",
    "HealthCheck",
    "ReplaceUnhealthy",
    "ScheduledActions",
]
#: Shared resources that every member's boot uses.
_USED = ("EndpointsFromMembers", "FromMembers", "ToMembers", "CertificateSecretRotation")
#: As short as possible (user data is limited to 16 KB): settings, and the bundle by its hash. If
#: the bundle cannot run, it signals a failure to CloudFormation, or, if that does not wait (it
#: refuses the signal), to Auto Scaling, which starts another instance. The rest is in the bundle.
_LOADER = """\
#!/bin/bash
set -euo pipefail
export PROJECT=${Project} ENVIRONMENT=${Environment} PROTECTED=${Protected}
export REGION=${AWS::Region} STACK=${AWS::StackName} MEMBER=@MEMBER@
export VOLUME_ID=${Member@MEMBER@Volume} INTERFACE_ID=${Member@MEMBER@Interface}
export PRIVATE_DOMAIN=${PrivateDomain} ARTIFACTS_BUCKET=${ArtifactsBucketName}
export PACKAGES_VERSION=${PackagesVersion} PACKAGES_SHA256=${PackagesSha256}
export BACKUPS_BUCKET=${BackupsBucketName} BACKUP_KEY=${BackupKeyArn}
export KEYFILE_SECRET=${KeyfileSecret} ADMIN_SECRET=${AdminSecret}
export CERTIFICATE_SECRET=${CertificateSecret}
export APPLICATION_SECRET=/${Project}/${Environment}/mongo LOG_GROUP=${LogGroup}
failed() {
  id=$(cat /var/lib/cloud/data/instance-id)
  aws cloudformation signal-resource --stack-name $STACK --region $REGION --status FAILURE \\
    --logical-resource-id Member@MEMBER@Group --unique-id $id ||
    systemctl is-active --quiet mongod ||
    aws autoscaling set-instance-health --instance-id $id --health-status Unhealthy \\
      --no-should-respect-grace-period --region $REGION
}
trap failed ERR
aws s3 cp s3://${ArtifactsBucketName}/@KEY@ /tmp/bundle --region ${AWS::Region}
echo "@SHA256@  /tmp/bundle" | sha256sum --check --strict
mkdir -p /opt/mongo
tar -xf /tmp/bundle -C /opt/mongo
exec /opt/mongo/bootstrap.sh
"""


def add_member(template: Template, number: int, bundle_key: str) -> None:
    """Add a member. It waits for the one before it, so that updates roll one at a time."""
    name = f"Member{number}"
    template.add_resource(_volume(name, number))
    template.add_resource(_interface(name, number))
    template.add_resource(_record(name, number))
    add_role(
        template,
        f"{name}Role",
        trust("ec2"),
        document(*member_statements(number)),
        f"MongoDB member {number}",
        aws_managed=("AmazonSSMManagedInstanceCore",),
    )
    profile = iam.InstanceProfile(f"{name}Profile", Path=PATH, Roles=[Ref(f"{name}Role")])
    template.add_resource(profile)
    template.add_resource(_launch_template(name, number, bundle_key))
    template.add_resource(_group(name, number))
    template.add_resource(_hook(name))


def _volume(name: str, number: int) -> ec2.Volume:
    """The zone is the subnet's own (failure volume-in-other-zone)."""
    return ec2.Volume(
        f"{name}Volume",
        AvailabilityZone=Ref(f"DataSubnet{number}Zone"),
        Encrypted=True,
        KmsKeyId=Ref("DatabaseKeyArn"),
        VolumeType="gp3",
        Size=Ref("VolumeGib"),
        Iops=Ref("Iops"),
        Throughput=Ref("ThroughputMibps"),
        Tags=_tags(number),
        **RETAINED,
    )


def _interface(name: str, number: int) -> ec2.NetworkInterface:
    """Return a stable address; it is attached at boot as device index 1."""
    return ec2.NetworkInterface(
        f"{name}Interface",
        Description=f"MongoDB member {number}",
        SubnetId=Ref(f"DataSubnet{number}Id"),
        GroupSet=[Ref("SecurityGroup")],
        Tags=_tags(number),
    )


def _record(name: str, number: int) -> route53.RecordSetType:
    """Return the member's name; the replica set knows its members by name only."""
    return route53.RecordSetType(
        f"{name}Record",
        HostedZoneId=Ref("PrivateZoneId"),
        Name=Sub(f"mongo-{number}.${{PrivateDomain}}"),
        Type="A",
        TTL="30",
        ResourceRecords=[GetAtt(f"{name}Interface", "PrimaryPrivateIpAddress")],
    )


def _tags(number: int, **extra: Any) -> Tags:
    own = {"tidegen:member": member_tag(number)}
    return Tags(Name=Sub(f"${{Project}}-${{Environment}}-mongo-{number}"), **own, **extra)


def _launch_template(name: str, number: int, bundle_key: str) -> ec2.LaunchTemplate:
    """Return it without a network interface: it would conflict with the group's (bootstrap.sh)."""
    root = ec2.EBSBlockDevice(
        DeleteOnTermination=True,
        Encrypted=True,
        KmsKeyId=Ref("DatabaseKeyArn"),
        VolumeSize=30,
        VolumeType="gp3",
    )
    data = ec2.LaunchTemplateData(
        BlockDeviceMappings=[
            ec2.LaunchTemplateBlockDeviceMapping(DeviceName="/dev/xvda", Ebs=root)
        ],
        IamInstanceProfile=ec2.IamInstanceProfile(Arn=GetAtt(f"{name}Profile", "Arn")),
        ImageId=Ref("Image"),
        InstanceType=Ref("InstanceType"),
        MetadataOptions=ec2.MetadataOptions(
            HttpEndpoint="enabled", HttpPutResponseHopLimit=1, HttpTokens="required"
        ),
        Monitoring=ec2.Monitoring(Enabled=True),
        SecurityGroupIds=[Ref("SecurityGroup")],
        TagSpecifications=[
            ec2.TagSpecifications(ResourceType=kind, Tags=_tags(number, **inputs.STACK_TAGS))
            for kind in ("instance", "volume")
        ],
        UserData=Base64(Sub(_loader(number, bundle_key))),
    )
    tags = template_tags()
    return ec2.LaunchTemplate(
        f"{name}LaunchTemplate", LaunchTemplateData=data, TagSpecifications=tags
    )


def _loader(number: int, bundle_key: str) -> str:
    """Return the loader. A changed bundle has another hash, so another loader: the members roll."""
    values = {"@MEMBER@": str(number), "@KEY@": bundle_key, "@SHA256@": bundle_key.split("/")[1]}
    text = _LOADER
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def _group(name: str, number: int) -> autoscaling.AutoScalingGroup:
    """Return a group of one, replaced in place: only one instance at a time has the volume.

    Without scale-in protection, which a group of one does not need: CloudFormation could not delete
    the group (AWS docs, "Use instance scale-in protection").

    It waits for resources that the boot uses without referring to them: permissions, name, rules
    between members, and the rotation that issues a certificate.
    """
    before = [f"Member{number - 1}Group"] if number > 1 else []
    return autoscaling.AutoScalingGroup(
        f"{name}Group",
        MinSize="1",
        MaxSize="1",
        DesiredCapacity="1",
        HealthCheckType="EC2",
        HealthCheckGracePeriod=900,
        # not the account's default: the next instance cannot have the volume at the same time
        InstanceMaintenancePolicy=autoscaling.InstanceMaintenancePolicy(
            MinHealthyPercentage=0, MaxHealthyPercentage=100
        ),
        VPCZoneIdentifier=[Ref(f"DataSubnet{number}Id")],
        LaunchTemplate=autoscaling.LaunchTemplateSpecification(
            LaunchTemplateId=Ref(f"{name}LaunchTemplate"),
            Version=GetAtt(f"{name}LaunchTemplate", "LatestVersionNumber"),
        ),
        CreationPolicy=CreationPolicy(ResourceSignal=ResourceSignal(Count=1, Timeout=_PATIENCE)),
        UpdatePolicy=UpdatePolicy(
            AutoScalingRollingUpdate=AutoScalingRollingUpdate(
                MinInstancesInService="0",
                MaxBatchSize="1",
                PauseTime=_PATIENCE,
                SuspendProcesses=_SUSPENDED,
                WaitOnResourceSignals=True,
            )
        ),
        DependsOn=[*before, f"{name}RolePolicy", f"{name}Record", *_USED],
    )


def _hook(name: str) -> autoscaling.LifecycleHook:
    """Return time to hand over; a member that does not respond is terminated anyway."""
    return autoscaling.LifecycleHook(
        f"{name}Termination",
        AutoScalingGroupName=Ref(f"{name}Group"),
        LifecycleHookName=_HOOK,
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
        HeartbeatTimeout=_HOOK_SECONDS,
        DefaultResult="CONTINUE",
    )
