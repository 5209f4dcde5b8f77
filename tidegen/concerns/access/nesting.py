"""Nested stacks: CloudFormation creates them as the execution role, by calls to itself."""

from typing import Any

from awacs import cloudformation as cfn
from awacs import iam
from awacs.aws import Action, Condition, Statement, StringEquals

from tidegen.blocks.policies import allow, arn, deny
from tidegen.concerns.access.arns import STACK

#: Calls of the handlers of AWS::CloudFormation::Stack (registry schema), change sets and rollbacks
#: of whole trees, and tags, which a root passes on. CloudFormation requires permissions for the
#: nested stacks themselves since April 2024 (aws-amplify/amplify-cli#13622 has its letter).
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
    cfn.RollbackStack,
    cfn.SetStackPolicy,
    cfn.TagResource,
    cfn.UntagResource,
    cfn.UpdateStack,
    cfn.UpdateTerminationProtection,
]


def nesting_statements(execution_role: Any) -> list[Statement]:
    """Allow children of this environment's roots, as the same role; never the roles' own stack.

    A child's name begins with its root's name and a hyphen. Their templates are read as the role
    too: it may get objects of the artifacts bucket, which contains the code of functions as well.
    """
    to_itself = Condition(StringEquals({"iam:PassedToService": "cloudformation.amazonaws.com"}))
    children = arn(f"{STACK}/${{Project}}-${{Environment}}-*/*")
    own_stack = arn(f"{STACK}/${{AWS::StackName}}/*")
    return [
        allow("NestStacks", NESTING, [children]),
        allow("PassItselfOn", [iam.PassRole], [execution_role], to_itself),
        deny("NotItsOwnStack", [Action("cloudformation", "*")], [own_stack]),
    ]
