"""Roles of pods, by EKS Pod Identity: one for each service account, of this cluster only."""

from typing import Any

from awacs import sts
from awacs.aws import Allow, ArnEquals, Condition, PolicyDocument, Statement, StringEquals
from troposphere import GetAtt, Ref, Sub, Template, eks, iam

from tidegen.blocks.policies import arn, document, service_principal
from tidegen.blocks.roles import add_role

#: Fixed: roles, log groups, alarms and kubeconfig refer to the cluster before it exists.
CLUSTER_NAME = Sub("${Project}-${Environment}")
_CLUSTER_ARN = arn("eks:${AWS::Region}:${AWS::AccountId}:cluster/${Project}-${Environment}")


def pod_trust() -> PolicyDocument:
    """Return trust in pods of this environment's cluster, and no other cluster of the account.

    Source: AWS docs, "Assign an IAM role to a Kubernetes service account" (EKS Pod Identity).
    """
    own = [
        StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")}),
        ArnEquals({"aws:SourceArn": _CLUSTER_ARN}),
    ]
    return document(
        Statement(
            Effect=Allow,
            Principal=service_principal("pods.eks"),
            Action=[sts.AssumeRole, sts.TagSession],
            Condition=Condition(own),
        )
    )


def add_pod_role(
    template: Template,
    title: str,
    service_account: tuple[str, str],
    statements: list[Statement],
    description: str,
    cluster: Any,
) -> iam.Role:
    """Add a role and its association with `service_account`, a (namespace, name) of `cluster`."""
    role = add_role(template, title, pod_trust(), document(*statements), description)
    namespace, name = service_account
    template.add_resource(
        eks.PodIdentityAssociation(
            f"{title}Association",
            ClusterName=cluster,
            Namespace=namespace,
            ServiceAccount=name,
            RoleArn=GetAtt(role, "Arn"),
        )
    )
    return role
