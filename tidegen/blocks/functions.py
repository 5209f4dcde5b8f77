"""Functions: inside the VPC, with a log group, a dead-letter queue and a role of their own."""

from typing import Any

from awacs import ec2 as actions
from awacs import kms, sqs
from awacs import logs as logs_actions
from awacs.aws import Action, Condition, Deny, Null, Statement
from troposphere import GetAtt, Ref, Sub, Template, awslambda, ec2, logs

from tidegen.blocks.alarms import add_alarm
from tidegen.blocks.endpoints import allow_to_endpoints
from tidegen.blocks.function_code import code
from tidegen.blocks.inputs import ENDPOINTS, PRIVATE_SUBNETS, VPC
from tidegen.blocks.policies import allow
from tidegen.contract import Context

#: Inputs that a concern with a function inside the VPC declares.
NETWORK_INPUTS = (VPC, PRIVATE_SUBNETS, ENDPOINTS)
#: What the schema of functions does not name: waiting until one is active, and reading its tags,
#: which GetFunction returns with that permission only (Lambda API reference).
FUNCTION_EXTRAS = ("lambda:GetFunctionConfiguration", "lambda:ListTags")
_INTERFACES: list[Action] = [
    actions.CreateNetworkInterface,
    actions.DeleteNetworkInterface,
    actions.AssignPrivateIpAddresses,
    actions.UnassignPrivateIpAddresses,
]
_LOOKING: list[Action] = [actions.DescribeNetworkInterfaces, actions.DescribeSubnets]


def add_function(
    template: Template,
    title: str,
    code_of: tuple[Context, str],
    group: logs.LogGroup,
    queue_arn: Any,
    **own: Any,
) -> awslambda.Function:
    """A function, run by the role `<title>Role`; `own` is its handler, timeout and the like.

    `code_of` names the asset. The template has the parameters `ArtifactsBucketName` and
    `MessagingKeyArn`, and those of NETWORK_INPUTS.
    """
    return template.add_resource(
        awslambda.Function(
            title,
            Runtime="python3.13",
            Architectures=["arm64"],
            MemorySize=256,
            Code=code(*code_of),
            Role=GetAtt(f"{title}Role", "Arn"),
            KmsKeyArn=Ref("MessagingKeyArn"),
            VpcConfig=_inside_vpc(template, title),
            DeadLetterConfig=awslambda.DeadLetterConfig(TargetArn=queue_arn),
            LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(group)),
            # Lambda checks at creation that the role reaches the VPC and the dead-letter queue.
            DependsOn=[f"{title}RolePolicy"],
            **own,
        )
    )


def allow_invocation(
    template: Template, title: str, function: awslambda.Function, service: str, **source: Any
) -> None:
    """Allow an AWS service of this account to invoke the function; `source` narrows it further."""
    template.add_resource(
        awslambda.Permission(
            title,
            Action="lambda:InvokeFunction",
            FunctionName=Ref(function),
            Principal=f"{service}.amazonaws.com",
            SourceAccount=Ref("AWS::AccountId"),
            **source,
        )
    )


def add_errors_alarm(
    template: Template, title: str, function: awslambda.Function, description: str, topic: str
) -> None:
    """Add an alarm on any error of the function; `topic` names the parameter or topic."""
    add_alarm(
        template,
        title,
        description,
        ("AWS/Lambda", "Errors"),
        {"FunctionName": Ref(function)},
        ("GreaterThanThreshold", 0),
        topic=topic,
    )


def running(group: logs.LogGroup, queue_arn: Any) -> list[Statement]:
    """What every function's role may do: write its own log, keep what failed, reach the VPC."""
    writing: list[Action] = [logs_actions.CreateLogStream, logs_actions.PutLogEvents]
    encrypting = [Action("kms", "GenerateDataKey*"), kms.Decrypt]
    return [
        allow("WriteOwnLog", writing, [GetAtt(group, "Arn")]),
        allow("KeepUndelivered", [sqs.SendMessage], [queue_arn]),
        allow("UseMessagingKey", encrypting, [Ref("MessagingKeyArn")]),
        *_connecting(),
    ]


def _inside_vpc(template: Template, function: str) -> awslambda.VPCConfig:
    """The private subnets, and the group `<function>SecurityGroup`: nothing in, HTTPS out.

    HTTPS to anywhere: to services by their endpoints, and by NAT where a VPC has fewer of them.
    """
    out = ec2.SecurityGroupRule(
        Description="AWS: endpoints in the VPC, and NAT where there is none",
        IpProtocol="tcp",
        FromPort=443,
        ToPort=443,
        CidrIp="0.0.0.0/0",
    )
    group = template.add_resource(
        ec2.SecurityGroup(
            f"{function}SecurityGroup",
            GroupDescription=f"Function {function}",
            VpcId=Ref(VPC.name),
            SecurityGroupEgress=[out],
        )
    )
    allow_to_endpoints(template, f"EndpointsFrom{function}", Ref(group))
    return awslambda.VPCConfig(SubnetIds=Ref(PRIVATE_SUBNETS.name), SecurityGroupIds=[Ref(group)])


def _connecting() -> list[Statement]:
    """What Lambda does as the function's role; the code in the function may not do the same.

    Lambda refuses a function whose role may not delete interfaces of every id ("include all
    resource IDs"). Sources: Lambda guide, "Giving Lambda functions access to resources in an Amazon
    VPC" and "Using source function ARN to control function access behavior".
    """
    every: Any = Sub("arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:*/*")
    return [
        allow("ReachVpc", _INTERFACES, [every]),
        allow("LookAtVpc", _LOOKING, ["*"]),  # these support no resource
        Statement(
            Sid="NoInterfacesFromInside",
            Effect=Deny,
            Action=[*_INTERFACES, *_LOOKING],
            Resource=["*"],
            Condition=Condition(Null({"lambda:SourceFunctionArn": "false"})),
        ),
    ]
