"""The function that rotates secrets: in the VPC, with its permissions and its invoker."""

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
_CONCURRENCY = 5


def add_rotation_function(template: Template, context: Context) -> awslambda.Function:
    """Add the function `Function`, its log group, security group, role, permission and alarm."""
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
        Description="Rotates the secrets whose values can be generated",
        Handler="rotation.handler.handle",
        Timeout=60,
        ReservedConcurrentExecutions=_CONCURRENCY,
    )
    _add_rotating_policy(template, role, function)
    _add_replicating_policy(template, role)
    add_permission(template, "Permission", function, "secretsmanager")
    add_error_alarm(
        template,
        "Errors",
        "A secret could not be rotated: its present value stays valid. The rotation's log group "
        "shows which secret and what to do; see the runbook 'A rotation failed'.",
        function,
    )
    return function


def _add_rotating_policy(template: Template, role: iam.Role, function: awslambda.Function) -> None:
    """Add a second policy, which refers to the function; the function depends on the first."""
    template.add_resource(
        iam.ManagedPolicy(
            "RotatingPolicy",
            Description="Rotates the secrets that name the function",
            Path=PATH,
            PolicyDocument=_rotating_document(GetAtt(function, "Arn")),
            Roles=[Ref(role)],
        )
    )


def _add_replicating_policy(template: Template, role: iam.Role) -> None:
    """Allow encrypting under the replica's key: Secrets Manager replicates as the writer's role.

    Source: Secrets Manager guide, "Troubleshoot replication": without it the replica stays old.
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


def _rotating_document(function: Any) -> PolicyDocument:
    """Allow rotating this environment's secrets that are set to use the function, with their key.

    Certificates are identified by their tags: they are created later than the function.
    """
    rotated_by = {"secretsmanager:resource/AllowRotationLambdaArn": function}
    tagged = {f"aws:ResourceTag/{name}": value for name, value in inputs.STACK_TAGS.items()}
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
            Condition(ArnEquals(rotated_by)),
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
