"""One member of the MongoDB replica set: volume, address, role, launch template, group of one."""

from typing import Any

from awacs import autoscaling as asg_actions
from awacs import cloudformation as cfn_actions
from awacs import cloudwatch as cloudwatch_actions
from awacs import ec2 as ec2_actions
from awacs import kms as kms_actions
from awacs import s3 as s3_actions
from awacs import secretsmanager as secret_actions
from awacs import ssm as ssm_actions
from awacs.aws import Condition, Statement, StringEquals
from troposphere import Base64, GetAtt, Ref, Sub, Tags, Template, autoscaling, ec2, iam, route53
from troposphere.policies import (
    AutoScalingRollingUpdate,
    CreationPolicy,
    ResourceSignal,
    UpdatePolicy,
)

from tidegen.blocks.policies import allow, document, trust
from tidegen.blocks.roles import PATH, add_role
from tidegen.blocks.stateful import RETAINED

PORT = 27017
#: Long enough for a member to attach, install and catch up.
_PATIENCE = "PT20M"
_LOADER = """\
#!/bin/bash
set -euo pipefail
export PROJECT=${Project} ENVIRONMENT=${Environment} PROTECTED=${Protected}
export REGION=${AWS::Region} STACK=${AWS::StackName} MEMBER=@MEMBER@
export VOLUME_ID=${Member@MEMBER@Volume} INTERFACE_ID=${Member@MEMBER@Interface}
export PRIVATE_DOMAIN=${PrivateDomain} ARTIFACTS_BUCKET=${ArtifactsBucketName}
export BACKUPS_BUCKET=${BackupsBucketName} BACKUP_KEY=${BackupKeyArn}
export KEYFILE_SECRET=${KeyfileSecret} ADMIN_SECRET=${AdminSecret}
aws s3 cp s3://${ArtifactsBucketName}/@KEY@ /tmp/bundle --region ${AWS::Region}
echo "@SHA256@  /tmp/bundle" | sha256sum --check --strict
mkdir -p /opt/mongo
tar -xf /tmp/bundle -C /opt/mongo
exec /opt/mongo/bootstrap.sh
"""


def add_member(template: Template, number: int, bundle_key: str) -> None:
    """Everything of one member. A member waits for the one before: updates roll one at a time."""
    name = f"Member{number}"
    template.add_resource(_volume(name, number))
    template.add_resource(_interface(name, number))
    template.add_resource(_record(name, number))
    add_role(
        template,
        f"{name}Role",
        trust("ec2"),
        document(*_permissions(name)),
        f"{name}",
        aws_managed=("AmazonSSMManagedInstanceCore",),
    )
    profile = iam.InstanceProfile(f"{name}Profile", Path=PATH, Roles=[Ref(f"{name}Role")])
    template.add_resource(profile)
    template.add_resource(_launch_template(name, number, bundle_key))
    template.add_resource(_group(name, number))
    template.add_resource(
        autoscaling.LifecycleHook(
            f"{name}Termination",
            AutoScalingGroupName=Ref(f"{name}Group"),
            LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
            HeartbeatTimeout=300,
            DefaultResult="CONTINUE",
        )
    )


def _volume(name: str, number: int) -> ec2.Volume:
    """The zone is the subnet's own: a volume elsewhere could never be attached (row 55)."""
    return ec2.Volume(
        f"{name}Volume",
        AvailabilityZone=Ref(f"DataSubnet{number}Zone"),
        Encrypted=True,
        KmsKeyId=Ref("DatabaseKeyArn"),
        VolumeType="gp3",
        Size=Ref("VolumeGib"),
        Iops=Ref("Iops"),
        Throughput=Ref("ThroughputMibps"),
        Tags=_tags(number, Backup="true"),
        **RETAINED,
    )


def _interface(name: str, number: int) -> ec2.NetworkInterface:
    """A stable address; attached at boot as device index 1."""
    return ec2.NetworkInterface(
        f"{name}Interface",
        Description=f"MongoDB member {number}",
        SubnetId=Ref(f"DataSubnet{number}Id"),
        GroupSet=[Ref("SecurityGroup")],
        Tags=_tags(number),
    )


def _record(name: str, number: int) -> route53.RecordSetType:
    """The member's name; the replica set knows its members by name only."""
    return route53.RecordSetType(
        f"{name}Record",
        HostedZoneId=Ref("PrivateZoneId"),
        Name=Sub(f"mongo-{number}.${{PrivateDomain}}"),
        Type="A",
        TTL="30",
        ResourceRecords=[GetAtt(f"{name}Interface", "PrimaryPrivateIpAddress")],
    )


def _tags(number: int, **extra: str) -> Tags:
    return Tags(Name=Sub(f"${{Project}}-${{Environment}}-mongo-{number}"), **extra)


def _permissions(name: str) -> list[Statement]:
    """Its own volume and address, two secrets, writing (never reading) backups, own metrics."""
    ec2_arn = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}"
    own = Sub(f"{ec2_arn}:volume/${{{name}Volume}}")
    address = Sub(f"{ec2_arn}:network-interface/${{{name}Interface}}")
    stack = Condition(
        StringEquals({"aws:ResourceTag/aws:cloudformation:stack-name": Ref("AWS::StackName")})
    )
    parameters = Sub(
        "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter"
        "/${Project}/${Environment}/mongo/*"
    )
    namespace = StringEquals({"cloudwatch:namespace": Sub("${Project}/${Environment}/mongo")})
    s3_only = StringEquals({"kms:ViaService": Sub("s3.${AWS::Region}.amazonaws.com")})
    return [
        allow(
            "AttachOwn",
            [ec2_actions.AttachVolume, ec2_actions.AttachNetworkInterface],
            [own, address],
        ),
        allow(
            "AttachToMembers",
            [ec2_actions.AttachVolume, ec2_actions.AttachNetworkInterface],
            [Sub(f"{ec2_arn}:instance/*")],
            stack,
        ),
        # these support no resource
        allow("Look", [ec2_actions.DescribeVolumes, ec2_actions.DescribeNetworkInterfaces], ["*"]),
        allow(
            "ReadSecrets",
            [secret_actions.GetSecretValue],
            [Ref("KeyfileSecret"), Ref("AdminSecret")],
        ),
        allow(
            "ReadBundle",
            [s3_actions.GetObject, s3_actions.ListBucket],
            [
                Sub("arn:${AWS::Partition}:s3:::${ArtifactsBucketName}"),
                Sub("arn:${AWS::Partition}:s3:::${ArtifactsBucketName}/assets/*"),
                Sub("arn:${AWS::Partition}:s3:::${ArtifactsBucketName}/packages/*"),
            ],
        ),
        allow("WriteBackups", [s3_actions.PutObject], [Sub("${BackupsBucketArn}/mongodb/*")]),
        # a multipart upload decrypts its own parts
        allow(
            "EncryptBackups",
            [kms_actions.GenerateDataKey, kms_actions.Decrypt],
            [Ref("BackupKeyArn")],
            Condition(s3_only),
        ),
        allow(
            "DecryptThroughS3", [kms_actions.Decrypt], [Ref("ArtifactsKeyArn")], Condition(s3_only)
        ),
        allow(
            "DecryptSecrets",
            [kms_actions.Decrypt],
            [Ref("SecretsKeyArn")],
            Condition(
                StringEquals({"kms:ViaService": Sub("secretsmanager.${AWS::Region}.amazonaws.com")})
            ),
        ),
        allow("Remember", [ssm_actions.GetParameter, ssm_actions.PutParameter], [parameters]),
        allow("Measure", [cloudwatch_actions.PutMetricData], ["*"], Condition(namespace)),
        allow("Signal", [cfn_actions.SignalResource], [Ref("AWS::StackId")]),
        allow(
            "FinishTermination",
            [asg_actions.CompleteLifecycleAction],
            [
                Sub(
                    "arn:${AWS::Partition}:autoscaling:${AWS::Region}:${AWS::AccountId}"
                    ":autoScalingGroup:*:autoScalingGroupName/${AWS::StackName}-*"
                )
            ],
        ),
    ]


def _launch_template(name: str, number: int, bundle_key: str) -> ec2.LaunchTemplate:
    text = _LOADER.replace("@MEMBER@", str(number)).replace("@KEY@", bundle_key)
    loader = text.replace("@SHA256@", bundle_key.split("/")[1])
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
        TagSpecifications=[ec2.TagSpecifications(ResourceType="instance", Tags=_tags(number))],
        UserData=Base64(Sub(loader)),
    )
    return ec2.LaunchTemplate(f"{name}LaunchTemplate", LaunchTemplateData=data)


def _group(name: str, number: int) -> autoscaling.AutoScalingGroup:
    """A group of one, replaced in place: the volume is attached by one instance at a time."""
    before: dict[str, Any] = {"DependsOn": f"Member{number - 1}Group"} if number > 1 else {}
    return autoscaling.AutoScalingGroup(
        f"{name}Group",
        MinSize="1",
        MaxSize="1",
        DesiredCapacity="1",
        HealthCheckType="EC2",
        HealthCheckGracePeriod=900,
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
                WaitOnResourceSignals=True,
            )
        ),
        **before,
    )
