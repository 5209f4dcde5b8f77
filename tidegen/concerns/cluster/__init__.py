"""A private Kubernetes cluster with managed nodes, add-ons and access entries."""

from troposphere import GetAtt, Ref, Sub, Template, eks

from tidegen.blocks import inputs
from tidegen.blocks.administrators import ADMINISTRATOR_INPUTS, add_administrator_conditions
from tidegen.blocks.endpoints import allow_to_endpoints
from tidegen.blocks.first_deploy import (
    FIRST_DEPLOY_INPUTS,
    add_first_deploy_condition,
    protected_later,
)
from tidegen.blocks.logs import TEN_YEARS, add_log_group
from tidegen.blocks.pod_identity import CLUSTER_NAME
from tidegen.blocks.policies import trust
from tidegen.blocks.roles import BOUNDARY, add_role
from tidegen.concerns.cluster.addons import add_first_addons, add_later_addons
from tidegen.concerns.cluster.alarms import add_cluster_alarms
from tidegen.concerns.cluster.nodes import add_autoscaler_role, add_nodes
from tidegen.contract import ADMINISTRATORS, PLATFORM, Concern, Context, Kind, Output

_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")
_SERVICE_RANGE = "172.20.0.0/16"


def add_resources(template: Template, _context: Context) -> None:
    """Add the cluster, in the order in which EKS needs its parts."""
    add_administrator_conditions(template)
    add_first_deploy_condition(template)
    add_role(
        template,
        "ClusterRole",
        trust("eks"),
        None,
        "EKS runs the control plane as this role",
        aws_managed=("AmazonEKSClusterPolicy",),
    )
    # EKS creates the group itself if it does not exist yet, without key or retention (failure
    # log-group-exists). It has the audit log of the API server, and is kept as long as the
    # account's audit trail.
    name = Sub("/aws/eks/${Project}-${Environment}/cluster")
    add_log_group(template, "ControlPlaneLogGroup", name, TEN_YEARS)
    _add_cluster(template)
    for number in ADMINISTRATORS:
        _add_administrator(template, number)
    group = GetAtt("Cluster", "ClusterSecurityGroupId")
    endpoints = allow_to_endpoints(template, "EndpointsFromCluster", group)
    nodes = add_nodes(template, [*add_first_addons(template), endpoints])
    add_later_addons(template, nodes)
    add_autoscaler_role(template)
    add_cluster_alarms(template)


def _add_cluster(template: Template) -> None:
    logging = eks.ClusterLogging(EnabledTypes=[eks.LoggingTypeConfig(Type=kind) for kind in _LOGS])
    template.add_resource(
        eks.Cluster(
            "Cluster",
            Name=CLUSTER_NAME,
            Version=Ref("Version"),
            RoleArn=GetAtt("ClusterRole", "Arn"),
            AccessConfig=eks.AccessConfig(
                AuthenticationMode="API", BootstrapClusterCreatorAdminPermissions=False
            ),
            BootstrapSelfManagedAddons=False,
            DeletionProtection=protected_later(),
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
                SubnetIds=Ref("PrivateSubnetIds"),
            ),
            # Extended support costs six times as much and lets versions grow old.
            UpgradePolicy=eks.UpgradePolicy(SupportType="STANDARD"),
            ZonalShiftConfig=eks.ZonalShiftConfig(Enabled=True),
            DependsOn="ControlPlaneLogGroup",
        )
    )


def _add_administrator(template: Template, number: int) -> None:
    """Give one role access to the cluster; the cluster's creator has no access automatically."""
    policy = Sub("arn:${AWS::Partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy")
    condition = {"Condition": f"HasAdministrator{number}"} if number > 1 else {}
    template.add_resource(
        eks.AccessEntry(
            f"Administrator{number}Access",
            ClusterName=Ref("Cluster"),
            PrincipalArn=Ref(f"Administrator{number}"),
            Type="STANDARD",
            AccessPolicies=[
                eks.AccessPolicy(PolicyArn=policy, AccessScope=eks.AccessScope(Type="cluster"))
            ],
            **condition,
        )
    )


CONCERN = Concern(
    scopes=PLATFORM,
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        *FIRST_DEPLOY_INPUTS,
        BOUNDARY,
        inputs.ENDPOINTS,
        inputs.PRIVATE_SUBNETS,
        inputs.LOGS_KEY,
        inputs.CRITICAL_TOPIC,
        inputs.sibling("ClusterKeyArn", Kind.KEY_ARN, "Key of the secrets"),
        inputs.sibling("NodesKeyArn", Kind.KEY_ARN, "Key of the nodes' volumes"),
        inputs.from_field("Version", "cluster.version"),
        inputs.from_field("Image", "cluster.image"),
        inputs.from_field("AmiType", "cluster.ami_type"),
        inputs.from_field("InstanceTypes", "cluster.instance_types"),
        inputs.from_field("MinNodes", "cluster.min_nodes"),
        inputs.from_field("MaxNodes", "cluster.max_nodes"),
        inputs.from_field("VolumeGib", "cluster.volume_gib"),
        *ADMINISTRATOR_INPUTS,
        inputs.from_field("VpcCniVersion", "cluster.addons.vpc_cni"),
        inputs.from_field("CorednsVersion", "cluster.addons.coredns"),
        inputs.from_field("KubeProxyVersion", "cluster.addons.kube_proxy"),
        inputs.from_field("PodIdentityAgentVersion", "cluster.addons.pod_identity_agent"),
        inputs.from_field("EbsCsiDriverVersion", "cluster.addons.ebs_csi_driver"),
        inputs.from_field("MetricsServerVersion", "cluster.addons.metrics_server"),
        inputs.from_field(
            "CloudwatchObservabilityVersion", "cluster.addons.cloudwatch_observability"
        ),
    ),
    outputs=(
        Output("ClusterName", Kind.CLUSTER_NAME, Ref("Cluster"), "The cluster", surface=True),
        Output(
            "ClusterEndpoint",
            Kind.STRING,
            GetAtt("Cluster", "Endpoint"),
            "Address of the API, inside the VPC",
            surface=True,
        ),
        Output(
            "ClusterAuthority",
            Kind.STRING,
            GetAtt("Cluster", "CertificateAuthorityData"),
            "Certificate of the API's authority",
            surface=True,
        ),
        Output(
            "ClusterSecurityGroupId",
            Kind.SECURITY_GROUP_ID,
            GetAtt("Cluster", "ClusterSecurityGroupId"),
            "Security group of control plane and nodes",
            surface=True,
        ),
        Output(
            "ApplicationLogGroupName",
            Kind.LOG_GROUP_NAME,
            Ref("ApplicationLogGroup"),
            "Log group of the services' output",
            surface=True,
        ),
        Output(
            "ControlPlaneLogGroupName",
            Kind.LOG_GROUP_NAME,
            Ref("ControlPlaneLogGroup"),
            "Log of the control plane, with its audit log",
        ),
        Output(
            "ClusterAlarmName", Kind.NAME, Ref("FailedRequestsAlarm"), "Alarm of the control plane"
        ),
    ),
    # Calls of the list handlers (they only read), for the workloads' identities as well.
    extra_deploy_actions=(
        "eks:ListAccessEntries",
        "eks:ListAddons",
        "eks:ListNodegroups",
        "eks:ListPodIdentityAssociations",
    ),
)
