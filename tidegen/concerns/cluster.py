"""The Kubernetes cluster: private, encrypted, logged, entered by access entries only."""

from awacs import sts
from awacs.aws import Allow, Condition, PolicyDocument, Principal, Statement, StringEquals
from troposphere import GetAtt, Ref, Select, Sub, Tags, Template, ec2, eks

from tidegen.blocks.alarms import add_alarm
from tidegen.blocks.inputs import (
    CRITICAL_TOPIC,
    ENVIRONMENT,
    LOGS_DAYS,
    LOGS_KEY,
    PRIVATE_SUBNETS,
    PROJECT,
    PROTECTED,
    VPC,
    VPC_CIDR,
    from_field,
)
from tidegen.blocks.logs import add_log_group
from tidegen.blocks.policies import document, trust
from tidegen.blocks.roles import BOUNDARY, add_role
from tidegen.contract import (
    Concern,
    Context,
    Input,
    Kind,
    Output,
    Scope,
    Sibling,
    add_outputs,
    new_template,
)

#: Fixed: roles, log group, alarms and kubeconfig name the cluster before it stands.
_NAME = Sub("${Project}-${Environment}")
_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
_SERVICE_RANGE = "172.20.0.0/16"
_BEFORE_NODES = {
    "vpc-cni": "VpcCniVersion",
    "kube-proxy": "KubeProxyVersion",
    "eks-pod-identity-agent": "PodIdentityAgentVersion",
}
#: These wait for pods that wait for nodes: before the nodes they end DEGRADED (row 31).
_AFTER_NODES = {"coredns": "CorednsVersion", "aws-ebs-csi-driver": "EbsCsiDriverVersion"}
_POD_ROLES = {
    "vpc-cni": ("CniRole", "aws-node", "AmazonEKS_CNI_Policy"),
    "aws-ebs-csi-driver": (
        "EbsCsiRole",
        "ebs-csi-controller-sa",
        "service-role/AmazonEBSCSIDriverPolicy",
    ),
}


def build(_context: Context) -> Template:
    """The cluster template, in the order in which EKS needs its parts."""
    template = new_template(CONCERN)
    add_role(
        template,
        "ClusterRole",
        trust("eks"),
        None,
        "EKS runs the control plane as this role",
        aws_managed=("AmazonEKSClusterPolicy",),
    )
    # EKS makes the group itself if it is not there first, without key or retention (row 32).
    add_log_group(
        template, "ControlPlaneLogGroup", Sub("/aws/eks/${Project}-${Environment}/cluster")
    )
    _add_security_group(template)
    _add_cluster(template)
    _add_administrator(template)
    for addon, version in _BEFORE_NODES.items():
        _add_addon(template, addon, version)
    _add_nodes(template)
    for addon, version in _AFTER_NODES.items():
        _add_addon(template, addon, version, DependsOn="Nodes")
    alarm = _add_alarm(template)
    return add_outputs(
        template,
        CONCERN,
        ClusterName=Ref("Cluster"),
        ClusterSecurityGroupId=GetAtt("Cluster", "ClusterSecurityGroupId"),
        ClusterAlarmName=Ref(alarm),
    )


def _add_security_group(template: Template) -> None:
    template.add_resource(
        ec2.SecurityGroup(
            "ControlPlaneSecurityGroup",
            GroupDescription="EKS control plane: HTTPS from inside the VPC",
            VpcId=Ref("VpcId"),
            SecurityGroupIngress=[_https("HTTPS from inside the VPC")],
            SecurityGroupEgress=[_https("HTTPS to webhooks inside the VPC")],
        )
    )


def _https(description: str) -> ec2.SecurityGroupRule:
    return ec2.SecurityGroupRule(
        Description=description, IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp=Ref("VpcCidr")
    )


def _add_cluster(template: Template) -> None:
    logging = eks.ClusterLogging(EnabledTypes=[eks.LoggingTypeConfig(Type=kind) for kind in _LOGS])
    template.add_resource(
        eks.Cluster(
            "Cluster",
            Name=_NAME,
            Version=Ref("Version"),
            RoleArn=GetAtt("ClusterRole", "Arn"),
            AccessConfig=eks.AccessConfig(
                AuthenticationMode="API", BootstrapClusterCreatorAdminPermissions=False
            ),
            BootstrapSelfManagedAddons=False,
            DeletionProtection=Ref("Protected"),
            EncryptionConfig=[
                eks.EncryptionConfig(
                    Provider=eks.Provider(KeyArn=Ref("ClusterKeyArn")), Resources=["secrets"]
                )
            ],
            KubernetesNetworkConfig=eks.KubernetesNetworkConfig(ServiceIpv4Cidr=_SERVICE_RANGE),
            Logging=eks.Logging(ClusterLogging=logging),
            ResourcesVpcConfig=eks.ResourcesVpcConfig(
                EndpointPrivateAccess=True,
                EndpointPublicAccess=False,
                SecurityGroupIds=[Ref("ControlPlaneSecurityGroup")],
                SubnetIds=Ref("PrivateSubnetIds"),
            ),
            # Extended support costs six times as much and lets versions grow old.
            UpgradePolicy=eks.UpgradePolicy(SupportType="STANDARD"),
            DependsOn="ControlPlaneLogGroup",
        )
    )


def _add_administrator(template: Template) -> None:
    policy = Sub("arn:${AWS::Partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy")
    template.add_resource(
        eks.AccessEntry(
            "AdministratorAccess",
            ClusterName=Ref("Cluster"),
            PrincipalArn=Select(0, Ref("Administrators")),
            Type="STANDARD",
            AccessPolicies=[
                eks.AccessPolicy(PolicyArn=policy, AccessScope=eks.AccessScope(Type="cluster"))
            ],
        )
    )


def _add_addon(template: Template, name: str, version: str, **extra: str) -> None:
    title = "".join(part.capitalize() for part in name.split("-")) + "Addon"
    identities = {}
    if name in _POD_ROLES:
        role, account, policy = _POD_ROLES[name]
        add_role(template, role, _pod_trust(), None, f"Pods of {name}", aws_managed=(policy,))
        association = eks.PodIdentityAssociationProperty(
            RoleArn=GetAtt(role, "Arn"), ServiceAccount=account
        )
        identities = {"PodIdentityAssociations": [association]}
    template.add_resource(
        eks.Addon(
            title,
            AddonName=name,
            AddonVersion=Ref(version),
            ClusterName=Ref("Cluster"),
            ResolveConflicts="OVERWRITE",
            **identities,
            **extra,
        )
    )


def _pod_trust() -> PolicyDocument:
    """Pods of this account's clusters, by Pod Identity."""
    own = Condition(StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")}))
    return document(
        Statement(
            Effect=Allow,
            Principal=Principal("Service", ["pods.eks.amazonaws.com"]),
            Action=[sts.AssumeRole, sts.TagSession],
            Condition=own,
        )
    )


def _add_nodes(template: Template) -> None:
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
    template.add_resource(
        eks.Nodegroup(
            "Nodes",
            AmiType="AL2023_ARM_64_STANDARD",
            ClusterName=Ref("Cluster"),
            InstanceTypes=Ref("InstanceTypes"),
            LaunchTemplate=eks.LaunchTemplateSpecification(
                Id=Ref("NodeLaunchTemplate"),
                Version=GetAtt("NodeLaunchTemplate", "LatestVersionNumber"),
            ),
            NodeRole=GetAtt("NodeRole", "Arn"),
            ReleaseVersion=Ref("Image"),
            ScalingConfig=eks.ScalingConfig(
                MinSize=Ref("MinNodes"), MaxSize=Ref("MaxNodes"), DesiredSize=Ref("MinNodes")
            ),
            Subnets=Ref("PrivateSubnetIds"),
            UpdateConfig=eks.UpdateConfig(MaxUnavailablePercentage=33),
            DependsOn=["KubeProxyAddon", "VpcCniAddon", "EksPodIdentityAgentAddon"],
        )
    )


def _launch_template() -> ec2.LaunchTemplate:
    """No instance type or profile: the node group names them, and EKS refuses both (row 39)."""
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
                ec2.TagSpecifications(ResourceType="instance", Tags=Tags(Name=_NAME))
            ],
        ),
    )


def _add_alarm(template: Template) -> object:
    return add_alarm(
        template,
        "FailedRequestsAlarm",
        "The Kubernetes API answers with server errors; see the control plane's log group.",
        ("AWS/EKS", "apiserver_request_total_5XX"),
        {"ClusterName": Ref("Cluster")},
        ("GreaterThanThreshold", 50),
        topic="CriticalTopicArn",
        periods=2,
    )


CONCERN = Concern(
    name="cluster",
    scopes=(Scope.SHARED, Scope.ENVIRONMENT),
    purpose="A private Kubernetes cluster with managed nodes, add-ons and access entries.",
    build=build,
    inputs=(
        PROJECT,
        ENVIRONMENT,
        PROTECTED,
        BOUNDARY,
        VPC,
        VPC_CIDR,
        PRIVATE_SUBNETS,
        LOGS_DAYS,
        LOGS_KEY,
        CRITICAL_TOPIC,
        Input("ClusterKeyArn", Kind.KEY_ARN, Sibling("ClusterKeyArn"), "Key of the secrets"),
        Input("NodesKeyArn", Kind.KEY_ARN, Sibling("NodesKeyArn"), "Key of the nodes' volumes"),
        from_field("Version", "cluster.version"),
        from_field("Image", "cluster.image"),
        from_field("InstanceTypes", "cluster.instance_types"),
        from_field("MinNodes", "cluster.min_nodes"),
        from_field("MaxNodes", "cluster.max_nodes"),
        from_field("VolumeGib", "cluster.volume_gib"),
        from_field("Administrators", "cluster.administrators"),
        from_field("VpcCniVersion", "cluster.addons.vpc_cni"),
        from_field("CorednsVersion", "cluster.addons.coredns"),
        from_field("KubeProxyVersion", "cluster.addons.kube_proxy"),
        from_field("PodIdentityAgentVersion", "cluster.addons.pod_identity_agent"),
        from_field("EbsCsiDriverVersion", "cluster.addons.ebs_csi_driver"),
    ),
    outputs=(
        Output("ClusterName", Kind.CLUSTER_NAME, "The cluster", surface=True),
        Output(
            "ClusterSecurityGroupId",
            Kind.SECURITY_GROUP_ID,
            "Security group of control plane and nodes",
            surface=True,
        ),
        Output("ClusterAlarmName", Kind.NAME, "Alarm of the control plane"),
    ),
    stateful=("ControlPlaneLogGroup",),
    deploy_actions=(
        "ec2:CreateLaunchTemplate",
        "ec2:CreateLaunchTemplateVersion",
        "ec2:DeleteLaunchTemplate",
        "ec2:RunInstances",
        "eks:AssociateAccessPolicy",
        "eks:CreateAccessEntry",
        "eks:CreateAddon",
        "eks:CreateCluster",
        "eks:CreateNodegroup",
        "eks:CreatePodIdentityAssociation",
        "eks:DeleteAccessEntry",
        "eks:DeleteAddon",
        "eks:DeleteCluster",
        "eks:DeleteNodegroup",
        "eks:DeletePodIdentityAssociation",
        "eks:Describe*",
        "eks:DisassociateAccessPolicy",
        "eks:List*",
        "eks:TagResource",
        "eks:UntagResource",
        "eks:UpdateAccessEntry",
        "eks:UpdateAddon",
        "eks:UpdateClusterConfig",
        "eks:UpdateClusterVersion",
        "eks:UpdateNodegroupConfig",
        "eks:UpdateNodegroupVersion",
        "eks:UpdatePodIdentityAssociation",
    ),
)
