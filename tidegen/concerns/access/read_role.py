"""The permissions of the read role: plans, previews and status; no data."""

from awacs import cloudformation as cfn
from awacs import ec2
from awacs.aws import (
    Statement,
)

from tidegen.blocks.policies import (
    allow,
    arn,
)
from tidegen.concerns.access.arns import STACK
from tidegen.concerns.access.inspection import inspection_statements

#: Every call that tidegen makes to read, in the order of `aws.adapter`.
READING = [
    cfn.DescribeStacks,
    cfn.ListStackResources,
    cfn.DescribeStackEvents,
    cfn.DescribeEvents,
    cfn.ListHookResults,
    cfn.GetTemplate,
    cfn.GetStackPolicy,
    cfn.DetectStackDrift,
    cfn.DetectStackResourceDrift,
    cfn.DescribeStackResourceDrifts,
]
#: Read as well, for which IAM knows no resource (service authorization reference): the progress of
#: a detection, the list of stacks, which DescribeStacks without a name needs too, existing
#: resources by Cloud Control, with the caller's own read access to them, and results of hooks.
LISTING = [
    cfn.DescribeStackDriftDetectionStatus,
    cfn.ListStacks,
    cfn.GetResource,
    cfn.GetHookResult,
]


def reading_statements() -> list[Statement]:
    """Allow reading the project's stacks and inputs of plans; no data, only names of secrets."""
    return [
        # The call that lists stacks has no name, so IAM checks it against all of them.
        allow("DescribeAllStacks", [cfn.DescribeStacks], [arn(f"{STACK}/*/*")]),
        allow("ReadStacks", READING, [arn(f"{STACK}/${{Project}}-*/*")]),
        allow("ListStacks", LISTING, ["*"]),
        # IAM knows no resource for the list of rules (service authorization reference).
        allow("ReadGroupRules", [ec2.DescribeSecurityGroupRules], ["*"]),
        *inspection_statements(others=[action.JSONrepr() for action in LISTING]),
    ]
