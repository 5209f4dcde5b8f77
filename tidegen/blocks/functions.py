"""Functions: inside the VPC, each with a log group, a dead-letter queue and a role."""

from typing import Any

from awacs import ec2 as actions
from awacs import kms, sqs
from awacs import logs as logs_actions
from awacs.aws import Action, Condition, Null, Statement
from troposphere import GetAtt, Ref, Template, awslambda, logs

from tidegen.blocks.alarms import WARNING, add_alarm
from tidegen.blocks.assets import function_code
from tidegen.blocks.endpoints import allow_to_endpoints
from tidegen.blocks.inputs import ENDPOINTS, MESSAGING_KEY, PRIVATE_SUBNETS, VPC
from tidegen.blocks.policies import allow, arn, deny
from tidegen.blocks.security_groups import ANYWHERE, HTTPS, add_security_group, rule
from tidegen.contract import Context, Input

#: Inputs that a concern with a function inside the VPC declares.
NETWORK_INPUTS = (VPC, PRIVATE_SUBNETS, ENDPOINTS)
#: Actions that the schema of functions does not name: waiting until a function is active, and
#: reading its tags, which GetFunction returns with that permission only (Lambda API reference).
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
    *,
    key: Input = MESSAGING_KEY,
    subnets: Input = PRIVATE_SUBNETS,
    **own: Any,
) -> awslambda.Function:
    """Add a function, run as the role `<title>Role`; `own` is its handler, timeout and the like.

    `code_of` names the asset. `key` encrypts the function's environment variables.
    """
    return template.add_resource(
        awslambda.Function(
            title,
            Runtime="python3.13",
            Architectures=["arm64"],
            MemorySize=256,
            Code=function_code(*code_of),
            Role=GetAtt(f"{title}Role", "Arn"),
            KmsKeyArn=Ref(key.name),
            VpcConfig=_inside_vpc(template, title, subnets),
            DeadLetterConfig=awslambda.DeadLetterConfig(TargetArn=queue_arn),
            LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(group)),
            # Lambda checks at creation that the role reaches the VPC and the dead-letter queue.
            DependsOn=[f"{title}RolePolicy"],
            **own,
        )
    )


def function_statements(
    group: logs.LogGroup, queue_arn: Any, key: Input = MESSAGING_KEY
) -> list[Statement]:
    """Allow a function to write its own log, keep events that it failed on, and use the VPC."""
    writing: list[Action] = [logs_actions.CreateLogStream, logs_actions.PutLogEvents]
    encrypting = [Action("kms", "GenerateDataKey*"), kms.Decrypt]
    return [
        allow("WriteOwnLog", writing, [GetAtt(group, "Arn")]),
        allow("KeepUndelivered", [sqs.SendMessage], [queue_arn]),
        allow("UseMessagingKey", encrypting, [Ref(key.name)]),
        *_interface_statements(),
    ]


def add_error_alarm(
    template: Template,
    title: str,
    description: str,
    function: awslambda.Function,
    topic: str = WARNING,
) -> None:
    """Add an alarm on any error of a function; `topic` as for `add_alarm`."""
    add_alarm(
        template,
        title,
        description,
        ("AWS/Lambda", "Errors"),
        {"FunctionName": Ref(function)},
        ("GreaterThanThreshold", 0),
        topic=topic,
    )


def add_permission(
    template: Template, title: str, function: awslambda.Function, service: str, **extra: Any
) -> None:
    """Allow an AWS service of this account to invoke a function; `extra` may limit the source."""
    template.add_resource(
        awslambda.Permission(
            title,
            Action="lambda:InvokeFunction",
            FunctionName=Ref(function),
            Principal=f"{service}.amazonaws.com",
            SourceAccount=Ref("AWS::AccountId"),
            **extra,
        )
    )


def _inside_vpc(template: Template, function: str, subnets: Input) -> awslambda.VPCConfig:
    """Add the group `<function>SecurityGroup`: nothing in, HTTPS out; return it with the subnets.

    HTTPS to anywhere: to services by their endpoints, and by NAT where a VPC has fewer of them.
    """
    https = "AWS: endpoints in the VPC, and NAT where there is none"
    group = add_security_group(
        template,
        f"{function}SecurityGroup",
        f"Function {function}",
        outbound=[rule(https, HTTPS, CidrIp=ANYWHERE)],
    )
    allow_to_endpoints(template, f"EndpointsFrom{function}", Ref(group))
    return awslambda.VPCConfig(SubnetIds=Ref(subnets.name), SecurityGroupIds=[Ref(group)])


def _interface_statements() -> list[Statement]:
    """Allow Lambda's calls as the function's role; the function's own code may not make them.

    Lambda refuses a function whose role may not delete interfaces of every id ("include all
    resource IDs"). Sources: Lambda guide, "Giving Lambda functions access to resources in an Amazon
    VPC" and "Using source function ARN to control function access behavior".
    """
    from_code = Condition(Null({"lambda:SourceFunctionArn": "false"}))
    return [
        allow("ReachVpc", _INTERFACES, [arn("ec2:${AWS::Region}:${AWS::AccountId}:*/*")]),
        allow("LookAtVpc", _LOOKING, ["*"]),  # these support no resource
        deny("NoInterfacesFromInside", [*_INTERFACES, *_LOOKING], condition=from_code),
    ]
