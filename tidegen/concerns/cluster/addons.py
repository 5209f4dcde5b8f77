"""Add-ons of a cluster: their order, their versions, and roles of their pods.

GuardDuty's agent is not among them: with Runtime Monitoring's automated agent configuration
(EKS_ADDON_MANAGEMENT of the account's detector) GuardDuty installs the add-on and its endpoint
automatically, and a second owner would conflict over the version. Source: AWS docs, "How Runtime
Monitoring works with Amazon EKS clusters".
"""

from dataclasses import dataclass

from awacs import cloudwatch, ec2, kms, logs
from awacs.aws import Action, Bool, Condition, Statement, StringEquals, StringLike
from troposphere import GetAtt, Ref, Sub, Template, eks

from tidegen.blocks.container_logs import PREFIX, add_container_log_groups
from tidegen.blocks.pod_identity import pod_trust
from tidegen.blocks.policies import allow, arn, document
from tidegen.blocks.roles import add_role


@dataclass(frozen=True)
class _PodRole:
    """The role of an add-on's pods."""

    title: str
    service_account: str
    aws_managed: str = ""


@dataclass(frozen=True)
class _Addon:
    """An add-on by its name in EKS; `version` is the parameter of its version.

    `values` is its configuration, JSON as text, with Fn::Sub if it names parameters.
    """

    name: str
    version: str
    role: _PodRole | None = None
    values: str = ""

    @property
    def title(self) -> str:
        return "".join(part.capitalize() for part in self.name.split("-")) + "Addon"

    @property
    def configuration(self) -> str | Sub:
        return Sub(self.values) if "${" in self.values else self.values


_CNI = _PodRole("CniRole", "aws-node", "AmazonEKS_CNI_Policy")
_CSI = _PodRole("EbsCsiRole", "ebs-csi-controller-sa", "service-role/AmazonEBSCSIDriverPolicy")
#: AWS's policy lets the driver delete any cluster's volumes; the boundary limits it by this tag.
_OWNED_VOLUMES = '{"controller": {"extraVolumeTags": {"environment": "${Environment}"}}}'
_AGENT = _PodRole("CloudWatchAgentRole", "cloudwatch-agent")
#: By default the add-on puts agents into every Java, Python, .NET and Node.js pod, and the paths in
#: their traces identify patients. Keys of values.yaml in chart 6.2.0 (aws-observability).
_NO_INSTRUMENTATION = (
    '{"applicationSignals": {"enabled": false}, "manager": {"applicationSignals": {"autoMonitor":'
    ' {"monitorAllServices": false}}}}'
)
_BEFORE_NODES = (
    _Addon("vpc-cni", "VpcCniVersion", _CNI),
    _Addon("kube-proxy", "KubeProxyVersion"),
    _Addon("eks-pod-identity-agent", "PodIdentityAgentVersion"),
)
#: These wait for pods that wait for nodes: before the nodes they end DEGRADED (failure
#: addon-without-nodes).
_AFTER_NODES = (
    _Addon("coredns", "CorednsVersion"),
    _Addon("aws-ebs-csi-driver", "EbsCsiDriverVersion", _CSI, _OWNED_VOLUMES),
    _Addon("metrics-server", "MetricsServerVersion"),
    _Addon(
        "amazon-cloudwatch-observability",
        "CloudwatchObservabilityVersion",
        _AGENT,
        _NO_INSTRUMENTATION,
    ),
)


def add_first_addons(template: Template) -> list[str]:
    """Add the add-ons that nodes need to become ready; return the titles that they wait for."""
    for addon in _BEFORE_NODES:
        _add(template, addon, [])
    return sorted(addon.title for addon in _BEFORE_NODES)


def add_later_addons(template: Template, nodes: str) -> list[str]:
    """Add the add-ons that need nodes; return the log groups that were added for them."""
    groups = add_container_log_groups(template)
    for addon in _AFTER_NODES:
        waits = [*groups, f"{_AGENT.title}Policy"] if addon.role is _AGENT else []
        _add(template, addon, [nodes, *waits])
    return groups


def _add(template: Template, addon: _Addon, waits: list[str]) -> None:
    configuration = {"ConfigurationValues": addon.configuration} if addon.values else {}
    identities = {}
    if addon.role:
        _add_role(template, addon.role, addon.name)
        association = eks.PodIdentityAssociationProperty(
            RoleArn=GetAtt(addon.role.title, "Arn"), ServiceAccount=addon.role.service_account
        )
        identities = {"PodIdentityAssociations": [association]}
    template.add_resource(
        eks.Addon(
            addon.title,
            AddonName=addon.name,
            AddonVersion=Ref(addon.version),
            ClusterName=Ref("Cluster"),
            ResolveConflicts="OVERWRITE",
            **configuration,
            **identities,
            **({"DependsOn": waits} if waits else {}),
        )
    )


def _add_role(template: Template, role: _PodRole, name: str) -> None:
    own = {_AGENT: _observe_statements, _CSI: _encrypt_statements}.get(role)
    add_role(
        template,
        role.title,
        pod_trust(),
        document(*own()) if own else None,
        f"Pods of {name}",
        aws_managed=(role.aws_managed,) if role.aws_managed else (),
    )


def _observe_statements() -> list[Statement]:
    """Replace CloudWatchAgentServerPolicy, which may write every log group of the account."""
    namespaces = {"cloudwatch:namespace": ["ContainerInsights", "CWAgent"]}
    groups = arn(f"logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{PREFIX}/*")
    writing = [logs.CreateLogStream, logs.DescribeLogStreams, logs.PutLogEvents]
    return [
        allow("Measure", [cloudwatch.PutMetricData], ["*"], Condition(StringEquals(namespaces))),
        allow("WriteLogs", writing, [groups]),
        # these support no resource
        allow("Look", [ec2.DescribeTags, ec2.DescribeVolumes, logs.DescribeLogGroups], ["*"]),
    ]


def _encrypt_statements() -> list[Statement]:
    """Allow encrypting volumes of pods with the key of the nodes, through EC2 only."""
    through = {"kms:ViaService": Sub("ec2.${AWS::Region}.amazonaws.com")}
    using = [
        kms.Decrypt,
        kms.DescribeKey,
        Action("kms", "GenerateDataKey*"),
        Action("kms", "ReEncrypt*"),
    ]
    grant = [Bool({"kms:GrantIsForAWSResource": "true"}), StringLike(through)]
    key = [Ref("NodesKeyArn")]
    return [
        allow("EncryptVolumes", using, key, Condition(StringEquals(through))),
        allow("UnlockVolumes", [kms.CreateGrant], key, Condition(grant)),
    ]
