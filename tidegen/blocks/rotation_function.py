"""The function that rotates secrets: inside the VPC, what it may do, and who may call it."""

from typing import Any

from awacs import ec2 as ec2_actions
from awacs import kms as kms_actions
from awacs import logs as logs_actions
from awacs import secretsmanager as actions
from awacs import sqs as sqs_actions
from awacs.aws import Action, ArnEquals, Condition, Deny, PolicyDocument, Statement, StringEquals
from troposphere import GetAtt, Ref, Sub, Template, awslambda, ec2, iam, logs

from tidegen.blocks.alarms import add_alarm
from tidegen.blocks.deploy_scopes import SCOPES
from tidegen.blocks.function_code import code
from tidegen.blocks.inputs import WARNING_TOPIC
from tidegen.blocks.logs import add_log_group
from tidegen.blocks.policies import allow, document, trust
from tidegen.blocks.roles import PATH, add_role
from tidegen.contract import Context

_EC2 = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}"
#: Secrets whose windows coincide rotate at most this many at a time; each takes about a second.
_AT_ONCE = 5
#: What Lambda itself does, as the function's role, to reach the VPC.
_INTERFACES: list[Action] = [
    ec2_actions.CreateNetworkInterface,
    ec2_actions.DeleteNetworkInterface,
    ec2_actions.AssignPrivateIpAddresses,
    ec2_actions.UnassignPrivateIpAddresses,
]
_LOOKING = [ec2_actions.DescribeNetworkInterfaces, ec2_actions.DescribeSubnets]


def add_rotation_function(template: Template, context: Context) -> awslambda.Function:
    """The function `Function` with its log group, security group, role, permission and alarm."""
    group = add_log_group(template, "LogGroup", Sub("/${Project}/${Environment}/rotation"))
    _add_security_group(template)
    role = add_role(
        template, "Role", trust("lambda"), _running(group), "Runs the rotation of secrets"
    )
    function = template.add_resource(_function(context, group))
    _add_rotating(template, role, function)
    _add_permission(template, function)
    _add_alarm(template, function)
    return function


def _add_security_group(template: Template) -> None:
    """Nothing comes in; out goes HTTPS, to the endpoints in the VPC and by NAT."""
    template.add_resource(
        ec2.SecurityGroup(
            "SecurityGroup",
            GroupDescription="Rotation of secrets",
            VpcId=Ref("VpcId"),
            SecurityGroupEgress=[
                ec2.SecurityGroupRule(
                    Description="AWS: endpoints in the VPC, and NAT where there is none",
                    IpProtocol="tcp",
                    FromPort=443,
                    ToPort=443,
                    CidrIp="0.0.0.0/0",
                ),
            ],
        )
    )


def _function(context: Context, group: logs.LogGroup) -> awslambda.Function:
    return awslambda.Function(
        "Function",
        Description="Rotates the secrets whose values a machine makes",
        Runtime="python3.13",
        Architectures=["arm64"],
        Handler="rotation.handler.handle",
        Code=code(context, "rotation"),
        Role=GetAtt("Role", "Arn"),
        MemorySize=256,
        Timeout=60,
        ReservedConcurrentExecutions=_AT_ONCE,
        KmsKeyArn=Ref("MessagingKeyArn"),
        VpcConfig=awslambda.VPCConfig(
            SubnetIds=Ref("PrivateSubnetIds"), SecurityGroupIds=[Ref("SecurityGroup")]
        ),
        DeadLetterConfig=awslambda.DeadLetterConfig(TargetArn=Ref("DeadLetterQueueArn")),
        LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(group)),
        # Lambda checks at creation that the role reaches the VPC and the dead-letter queue.
        DependsOn=["RolePolicy"],
    )


def _running(group: logs.LogGroup) -> PolicyDocument:
    """Own log group, the dead-letter queue, and Lambda's network interfaces."""
    subnets = [Sub(f"{_EC2}:{kind}/*") for kind in ("network-interface", "subnet")]
    return document(
        allow(
            "WriteOwnLog",
            [logs_actions.CreateLogStream, logs_actions.PutLogEvents],
            [GetAtt(group, "Arn")],
        ),
        allow("KeepUndelivered", [sqs_actions.SendMessage], [Ref("DeadLetterQueueArn")]),
        allow(
            "UseMessagingKey",
            [Action("kms", "GenerateDataKey*"), kms_actions.Decrypt],
            [Ref("MessagingKeyArn")],
        ),
        allow(
            "ReachVpc",
            _INTERFACES,
            [*subnets, Sub(f"{_EC2}:security-group/${{SecurityGroup}}")],
        ),
        # these support no resource
        allow("LookAtVpc", _LOOKING, ["*"]),
    )


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


def _rotating(function: Any) -> PolicyDocument:
    """Secrets of this environment that the function is set to rotate, under their key.

    The network interfaces are Lambda's affair: what runs in the function must not touch them.
    Source: Lambda guide, "Using source function ARN to control function access behavior".
    """
    own = {"secretsmanager:resource/AllowRotationLambdaArn": function}
    through = {"kms:ViaService": Sub("secretsmanager.${AWS::Region}.amazonaws.com")}
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
            Condition(StringEquals(own)),
        ),
        allow(
            "UseSecretsKey",
            [kms_actions.Decrypt, kms_actions.GenerateDataKey],
            [Ref("SecretsKeyArn")],
            Condition(StringEquals(through)),
        ),
        Statement(
            Sid="NoInterfacesFromInside",
            Effect=Deny,
            Action=[*_INTERFACES, *_LOOKING],
            Resource=["*"],
            Condition=Condition(ArnEquals({"lambda:SourceFunctionArn": function})),
        ),
    )


def _add_permission(template: Template, function: awslambda.Function) -> None:
    template.add_resource(
        awslambda.Permission(
            "Permission",
            Action="lambda:InvokeFunction",
            FunctionName=Ref(function),
            Principal="secretsmanager.amazonaws.com",
            SourceAccount=Ref("AWS::AccountId"),
        )
    )


def _add_alarm(template: Template, function: awslambda.Function) -> None:
    add_alarm(
        template,
        "Errors",
        "A secret could not be rotated: its present value stays valid. The log group of the "
        "rotation says which secret and what to do; see the runbook 'A rotation failed'.",
        ("AWS/Lambda", "Errors"),
        {"FunctionName": Ref(function)},
        ("GreaterThanThreshold", 0),
        topic=WARNING_TOPIC.name,
    )
