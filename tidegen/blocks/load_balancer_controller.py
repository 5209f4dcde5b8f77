"""The role of the AWS Load Balancer Controller, for TargetGroupBindings alone.

CloudFormation owns load balancers, listeners, rules and security groups; the controller registers
pods with existing target groups. Source: AWS Load Balancer Controller, "TargetGroupBinding".
"""

from typing import Any

from awacs import ec2, elasticloadbalancing
from awacs.aws import Statement
from troposphere import Ref, Template

from tidegen.blocks.inputs import CLUSTER_NAME
from tidegen.blocks.pod_identity import add_pod_role
from tidegen.blocks.policies import allow
from tidegen.contract import Input

#: Namespace and service account that the controller's chart uses by default.
_CONTROLLER = ("kube-system", "aws-load-balancer-controller")


def add_controller_role(
    template: Template, target_groups: list[Any], cluster: Input = CLUSTER_NAME
) -> None:
    """Add the role, which may change `target_groups` (ARNs) and no other."""
    add_pod_role(
        template,
        "ControllerRole",
        _CONTROLLER,
        _registration_statements(target_groups),
        "Pods of the load balancer controller",
        Ref(cluster.name),
    )


def _registration_statements(target_groups: list[Any]) -> list[Statement]:
    changing = [elasticloadbalancing.RegisterTargets, elasticloadbalancing.DeregisterTargets]
    return [
        allow("Register", changing, target_groups),
        # these support no resource
        allow(
            "Look",
            [
                ec2.DescribeAvailabilityZones,
                ec2.DescribeInstances,
                ec2.DescribeNetworkInterfaces,
                ec2.DescribeSecurityGroups,
                ec2.DescribeSubnets,
                ec2.DescribeVpcs,
                elasticloadbalancing.DescribeTargetGroups,
                elasticloadbalancing.DescribeTargetHealth,
            ],
            ["*"],
        ),
    ]
