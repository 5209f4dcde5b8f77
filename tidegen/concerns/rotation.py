"""The function that rotates secrets whose values a machine makes."""

from pathlib import Path

from troposphere import GetAtt, Template

from tidegen.blocks.functions import NETWORK_INPUTS
from tidegen.blocks.inputs import (
    ARTIFACTS_BUCKET,
    DEAD_LETTERS,
    ENVIRONMENT,
    LOGS_KEY,
    MESSAGING_KEY,
    PROJECT,
    WARNING_TOPIC,
)
from tidegen.blocks.roles import BOUNDARY
from tidegen.blocks.rotation_function import add_rotation_function
from tidegen.contract import (
    Asset,
    Concern,
    Context,
    Input,
    Kind,
    Output,
    Root,
    Scope,
    Sibling,
    add_outputs,
    new_template,
)

_FUNCTION = Path(__file__).parents[1] / "assets" / "rotation"


def build(context: Context) -> Template:
    """The rotation template."""
    template = new_template(CONCERN)
    function = add_rotation_function(template, context)
    return add_outputs(template, CONCERN, RotationFunctionArn=GetAtt(function, "Arn"))


CONCERN = Concern(
    name="rotation",
    scopes=(Scope.ENVIRONMENT,),
    purpose="The function that rotates secrets whose values a machine makes.",
    build=build,
    inputs=(
        PROJECT,
        ENVIRONMENT,
        BOUNDARY,
        *NETWORK_INPUTS,
        LOGS_KEY,
        MESSAGING_KEY,
        DEAD_LETTERS,
        WARNING_TOPIC,
        ARTIFACTS_BUCKET,
        Input("SecretsKeyArn", Kind.KEY_ARN, Sibling("SecretsKeyArn"), "Key of the secrets"),
        Input(
            "ReplicaKeyArn",
            Kind.KEY_ARN,
            Root(Scope.RECOVERY, "ReplicaKeyArn"),
            "Key of the replicas, or empty",
            default="",
        ),
    ),
    outputs=(Output("RotationFunctionArn", Kind.ARN, "Function that rotates the secrets"),),
    stateful=("LogGroup",),
    deploy_actions=(
        "cloudwatch:DeleteAlarms",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:ListTagsForResource",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:TagResource",
        "cloudwatch:UntagResource",
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:CreateSecurityGroup",
        "ec2:CreateTags",
        "ec2:DeleteSecurityGroup",
        "ec2:DeleteTags",
        "ec2:Describe*",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
        "iam:AttachRolePolicy",
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:CreateRole",
        "iam:DeletePolicy",
        "iam:DeletePolicyVersion",
        "iam:DeleteRole",
        "iam:DetachRolePolicy",
        "iam:GetPolicy",
        "iam:GetRole",
        "iam:ListPolicyVersions",
        "iam:PassRole",
        "iam:TagRole",
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "lambda:AddPermission",
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:DeleteFunctionConcurrency",
        "lambda:GetFunction",
        "lambda:GetFunctionConfiguration",
        "lambda:GetPolicy",
        "lambda:ListTags",
        "lambda:PutFunctionConcurrency",
        "lambda:RemovePermission",
        "lambda:TagResource",
        "lambda:UntagResource",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
        "logs:AssociateKmsKey",
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:DescribeLogGroups",
        "logs:ListTagsForResource",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
        "s3:GetObject",
    ),
    assets=(Asset("rotation", _FUNCTION),),
)
