"""Roles that pods take by EKS Pod Identity, one a service account."""

from typing import Any

from awacs import sts
from awacs.aws import (
    Allow,
    ArnEquals,
    Condition,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
)
from troposphere import GetAtt, Ref, Sub, Template, eks

from tidegen.blocks.policies import document
from tidegen.blocks.roles import add_role

_CLUSTER = "arn:${AWS::Partition}:eks:${AWS::Region}:${AWS::AccountId}:cluster/${ClusterName}"


def add_pod_role(
    template: Template,
    title: str,
    namespace: Any,
    service_account: str,
    *statements: Statement,
) -> None:
    """`<title>Role` with `statements`, and `<title>Identity`, which gives it to the pods.

    The concern has an input `ClusterName`.
    """
    purpose = f"Pods of service account {service_account}"
    role = add_role(template, f"{title}Role", _trust(), document(*statements), purpose)
    template.add_resource(
        eks.PodIdentityAssociation(
            f"{title}Identity",
            ClusterName=Ref("ClusterName"),
            Namespace=namespace,
            ServiceAccount=service_account,
            RoleArn=GetAtt(role, "Arn"),
        )
    )


def _trust() -> PolicyDocument:
    """Pods of this cluster alone. The associations say which; EKS refuses all others.

    Source: AWS docs, "EKS Pod Identity role" and "Cross-service confused deputy prevention".
    """
    own = [
        StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")}),
        ArnEquals({"aws:SourceArn": Sub(_CLUSTER)}),
    ]
    return document(
        Statement(
            Effect=Allow,
            Principal=Principal("Service", ["pods.eks.amazonaws.com"]),
            Action=[sts.AssumeRole, sts.TagSession],
            Condition=Condition(own),
        )
    )
