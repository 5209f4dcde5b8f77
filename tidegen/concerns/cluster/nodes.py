"""The managed nodes of a cluster, and the role of the autoscaler."""

from awacs import autoscaling
from awacs import ec2 as ec2_actions
from awacs import eks as eks_actions
from awacs.aws import Condition, Statement, StringEquals
from troposphere import GetAtt, Ref, Tags, Template, ec2, eks

from tidegen.blocks import inputs
from tidegen.blocks.first_deploy import only_at_first
from tidegen.blocks.launch_templates import template_tags
from tidegen.blocks.pod_identity import CLUSTER_NAME, add_pod_role
from tidegen.blocks.policies import allow, arn, trust
from tidegen.blocks.roles import add_role

#: Namespace and service account that the autoscaler's chart uses by default.
_AUTOSCALER = ("kube-system", "cluster-autoscaler")


def add_nodes(template: Template, waits: list[str]) -> str:
    """Add one group over the private subnets, after `waits`; return its title.

    The desired size is the group's initial size, and is left out after the first deploy: sent
    with later sizes it would end the nodes that the autoscaler has added. EKS: "When using
    CloudFormation, no action occurs if you remove this parameter", and at creation "you must
    specify all or none of the properties" (API_NodegroupScalingConfig).
    """
    add_role(
        template,
        "NodeRole",
        trust("ec2"),
        None,
        "Nodes of the cluster",
        aws_managed=(
            "AmazonEKSWorkerNodePolicy",
            "AmazonEC2ContainerRegistryPullOnly",
            "AmazonSSMManagedInstanceCore",
        ),
    )
    template.add_resource(_launch_template())
    group = template.add_resource(
        eks.Nodegroup(
            "Nodes",
            AmiType=Ref("AmiType"),
            ClusterName=Ref("Cluster"),
            InstanceTypes=Ref("InstanceTypes"),
            LaunchTemplate=eks.LaunchTemplateSpecification(
                Id=Ref("NodeLaunchTemplate"),
                Version=GetAtt("NodeLaunchTemplate", "LatestVersionNumber"),
            ),
            NodeRepairConfig=eks.NodeRepairConfig(Enabled=True),
            NodeRole=GetAtt("NodeRole", "Arn"),
            ReleaseVersion=Ref("Image"),
            ScalingConfig=eks.ScalingConfig(
                MinSize=Ref("MinNodes"),
                MaxSize=Ref("MaxNodes"),
                DesiredSize=only_at_first(Ref("MinNodes")),
            ),
            Subnets=Ref("PrivateSubnetIds"),
            UpdateConfig=eks.UpdateConfig(MaxUnavailablePercentage=33),
            # Without it "the Kubernetes version of the node group does not change"
            # (API_UpdateNodegroupVersion), and a release of the next version is refused.
            Version=Ref("Version"),
            DependsOn=waits,
        )
    )
    return str(group.title)


def add_autoscaler_role(template: Template) -> None:
    """Add the role of the Cluster Autoscaler, which the chart's operator installs."""
    add_pod_role(
        template,
        "AutoscalerRole",
        _AUTOSCALER,
        _scaling_statements(),
        "Pods of the cluster autoscaler",
        Ref("Cluster"),
    )


def _scaling_statements() -> list[Statement]:
    """Allow changing groups with this cluster's tag, which EKS sets on node groups; reading all.

    Source: Cluster Autoscaler, "Full Cluster Autoscaler Features Policy".
    """
    own = Condition(StringEquals({"aws:ResourceTag/eks:cluster-name": CLUSTER_NAME}))
    regional = "${AWS::Region}:${AWS::AccountId}"
    groups = arn(f"autoscaling:{regional}:autoScalingGroup:*")
    nodes = arn(f"eks:{regional}:nodegroup/${{Project}}-${{Environment}}/*")
    return [
        allow(
            "Scale",
            [autoscaling.SetDesiredCapacity, autoscaling.TerminateInstanceInAutoScalingGroup],
            [groups],
            own,
        ),
        allow("ReadNodeGroups", [eks_actions.DescribeNodegroup], [nodes]),
        # these support no resource
        allow(
            "Look",
            [
                autoscaling.DescribeAutoScalingGroups,
                autoscaling.DescribeAutoScalingInstances,
                autoscaling.DescribeLaunchConfigurations,
                autoscaling.DescribeScalingActivities,
                autoscaling.DescribeTags,
                ec2_actions.DescribeImages,
                ec2_actions.DescribeInstanceTypes,
                ec2_actions.DescribeLaunchTemplateVersions,
                ec2_actions.GetInstanceTypesFromInstanceRequirements,
            ],
            ["*"],
        ),
    ]


def _launch_template() -> ec2.LaunchTemplate:
    """No instance type, profile or subnet: the node group names them, EKS refuses both.

    These are failures instance-type-twice and, for the size of the disk, disk-size-twice. One hop:
    pods get their credentials from Pod Identity and never reach the node's.
    """
    volume = ec2.EBSBlockDevice(
        DeleteOnTermination=True,
        Encrypted=True,
        KmsKeyId=Ref("NodesKeyArn"),
        VolumeSize=Ref("VolumeGib"),
        VolumeType="gp3",
    )
    return ec2.LaunchTemplate(
        "NodeLaunchTemplate",
        LaunchTemplateData=ec2.LaunchTemplateData(
            BlockDeviceMappings=[
                ec2.LaunchTemplateBlockDeviceMapping(DeviceName="/dev/xvda", Ebs=volume)
            ],
            MetadataOptions=ec2.MetadataOptions(
                HttpEndpoint="enabled", HttpPutResponseHopLimit=1, HttpTokens="required"
            ),
            Monitoring=ec2.Monitoring(Enabled=True),
            TagSpecifications=[
                ec2.TagSpecifications(
                    ResourceType=kind, Tags=Tags(Name=CLUSTER_NAME, **inputs.STACK_TAGS)
                )
                for kind in ("instance", "volume")
            ],
        ),
        TagSpecifications=template_tags(),
    )
