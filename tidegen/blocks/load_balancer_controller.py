"""The role of the AWS Load Balancer Controller, for TargetGroupBindings alone.

CloudFormation owns load balancers, listeners, rules and security groups; the controller registers
pods with target groups that stand. Source: AWS Load Balancer Controller, "TargetGroupBinding".
"""

from typing import Any

from awacs import ec2, elasticloadbalancing
from awacs.aws import Statement
from troposphere import Ref, Template

from tidegen.blocks.pod_identity import add_pod_role
from tidegen.blocks.policies import allow

#: Where the controller's chart runs it by default.
_CONTROLLER = ("kube-system", "aws-load-balancer-controller")


def add_controller_role(template: Template, target_groups: list[Any]) -> None:
    """Register and deregister with `target_groups` (ARNs) and no other."""
    add_pod_role(
        template,
        "ControllerRole",
        _CONTROLLER,
        _registering(target_groups),
        "Pods of the load balancer controller",
        Ref("ClusterName"),
    )


def _registering(target_groups: list[Any]) -> list[Statement]:
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
