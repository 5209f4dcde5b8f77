"""The function that rotates secrets: inside the VPC, what it may do, and who may call it."""

from typing import Any

from awacs import acm as acm_actions
from awacs import kms as kms_actions
from awacs import secretsmanager as actions
from awacs.aws import ArnEquals, Condition, PolicyDocument, StringEquals, StringLike
from troposphere import GetAtt, Ref, Sub, Template, awslambda, iam

from tidegen.blocks import inputs
from tidegen.blocks.conditions import HAS_REPLICA, add_replica_condition
from tidegen.blocks.deploy_scopes import SCOPES
from tidegen.blocks.functions import (
    add_error_alarm,
    add_function,
    add_permission,
    function_statements,
)
from tidegen.blocks.logs import add_log_group
from tidegen.blocks.policies import allow, document, through, trust
from tidegen.blocks.roles import PATH, add_role
from tidegen.contract import Context

#: Secrets whose windows coincide rotate at most this many at a time; each takes about a second.
_AT_ONCE = 5


def add_rotation_function(template: Template, context: Context) -> awslambda.Function:
    """The function `Function` with its log group, security group, role, permission and alarm."""
    group = add_log_group(template, "LogGroup", Sub("/${Project}/${Environment}/rotation"))
    queue = Ref(inputs.DEAD_LETTERS.name)
    role = add_role(
        template,
        "FunctionRole",
        trust("lambda"),
        document(*function_statements(group, queue)),
        "Runs the rotation of secrets",
    )
    function = add_function(
        template,
        "Function",
        (context, "rotation"),
        group,
        queue,
        Description="Rotates the secrets whose values a machine makes",
        Handler="rotation.handler.handle",
        Timeout=60,
        ReservedConcurrentExecutions=_AT_ONCE,
    )
    _add_rotating(template, role, function)
    _add_replicating(template, role)
    add_permission(template, "Permission", function, "secretsmanager")
    add_error_alarm(
        template,
        "Errors",
        "A secret could not be rotated: its present value stays valid. The log group of the "
        "rotation says which secret and what to do; see the runbook 'A rotation failed'.",
        function,
    )
    return function


def _add_rotating(template: Template, role: iam.Role, function: awslambda.Function) -> None:
    """A policy of its own: it names the function, which needs the other one to be made."""
    template.add_resource(
        iam.ManagedPolicy(
            "RotatingPolicy",
            Description="Rotates the secrets that name the function",
            Path=PATH,
            PolicyDocument=_rotating(GetAtt(function, "Arn")),
            Roles=[Ref(role)],
        )
    )


def _add_replicating(template: Template, role: iam.Role) -> None:
    """Secrets Manager replicates what is written as who wrote it, under the replica's key.

    Source: Secrets Manager guide, "Troubleshoot replication": without these the replica stays old.
    """
    add_replica_condition(template)
    anywhere = {"kms:ViaService": "secretsmanager.*.amazonaws.com"}
    template.add_resource(
        iam.ManagedPolicy(
            "ReplicatingPolicy",
            Description="Encrypts the replicas of what it rotates",
            Path=PATH,
            PolicyDocument=document(
                allow(
                    "UseReplicaKey",
                    [kms_actions.Encrypt, kms_actions.GenerateDataKey],
                    [Ref("ReplicaKeyArn")],
                    Condition(StringLike(anywhere)),
                )
            ),
            Roles=[Ref(role)],
            Condition=HAS_REPLICA,
        )
    )


def _rotating(function: Any) -> PolicyDocument:
    """Secrets of this environment that the function is set to rotate, under their key.

    Certificates are known by their tags: they come later than the function.
    """
    own = {"secretsmanager:resource/AllowRotationLambdaArn": function}
    tags = {"project": Ref("Project"), "environment": Ref("Environment")}
    tagged = {f"aws:ResourceTag/{name}": value for name, value in tags.items()}
    return document(
        allow(
            "RotateSecrets",
            [
                actions.DescribeSecret,
                actions.GetSecretValue,
                actions.PutSecretValue,
                actions.UpdateSecretVersionStage,
            ],
            [Sub(f"arn:${{AWS::Partition}}:{name}") for name in SCOPES["secretsmanager"]],
            Condition(ArnEquals(own)),
        ),
        allow(
            "UseSecretsKey",
            [kms_actions.Decrypt, kms_actions.GenerateDataKey],
            [Ref("SecretsKeyArn")],
            Condition(through("secretsmanager")),
        ),
        allow(
            "ExportCertificates",
            [acm_actions.ExportCertificate],
            [Sub("arn:${AWS::Partition}:acm:${AWS::Region}:${AWS::AccountId}:certificate/*")],
            Condition(StringEquals(tagged)),
        ),
    )
