"""Stacks in a stack: CloudFormation makes them as the execution role, by calls to itself."""

from typing import Any

from awacs import cloudformation as cfn
from awacs import iam
from awacs.aws import Action, Condition, Deny, Statement, StringEquals
from troposphere import Sub

from tidegen.blocks.policies import allow

_STACK = "arn:${AWS::Partition}:cloudformation:*:${AWS::AccountId}:stack"
#: What the handlers of AWS::CloudFormation::Stack call (registry schema), change sets and
#: rollbacks of whole trees, and tags, which a root hands on. CloudFormation asks for the nested
#: stacks' own permissions since April 2024 (aws-amplify/amplify-cli#13622 has its letter).
NESTING = [
    cfn.CancelUpdateStack,
    cfn.ContinueUpdateRollback,
    cfn.CreateChangeSet,
    cfn.CreateStack,
    cfn.DeleteChangeSet,
    cfn.DeleteStack,
    cfn.DescribeChangeSet,
    cfn.DescribeStackEvents,
    cfn.DescribeStacks,
    cfn.ExecuteChangeSet,
    cfn.GetStackPolicy,
    cfn.GetTemplate,
    cfn.SetStackPolicy,
    cfn.TagResource,
    cfn.UntagResource,
    cfn.UpdateStack,
    cfn.UpdateTerminationProtection,
]


def nesting(execution_role: Any) -> list[Statement]:
    """Children of this environment's roots, made as the same role; never the roles' own stack.

    A child's name begins with its root's and a hyphen. Their templates are read as the role too:
    it may get objects of the artifacts bucket, where the code of functions is as well.
    """
    to_itself = Condition(StringEquals({"iam:PassedToService": "cloudformation.amazonaws.com"}))
    children = Sub(f"{_STACK}/${{Project}}-${{Environment}}-*/*")
    return [
        allow("NestStacks", NESTING, [children]),
        allow("PassItselfOn", [iam.PassRole], [execution_role], to_itself),
        Statement(
            Sid="NotItsOwnStack",
            Effect=Deny,
            Action=[Action("cloudformation", "*")],
            Resource=[Sub(f"{_STACK}/${{AWS::StackName}}/*")],
        ),
    ]
