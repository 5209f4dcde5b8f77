"""Denials of both boundaries, even where another policy allows, the policy of a resource included.

A role is limited to the environment of its tag, and may do nothing where tag and path differ: so
neither another tag nor a session's tag moves a role to another environment. Resources with a name
are allowed by name, as IAM reads the tags of a bucket only where that is enabled, and those of
roles and stacks only if they have any. Resources with an id are limited by `not_of_other_tags`.
"""

from awacs.aws import (
    Action,
    ArnNotLike,
    Condition,
    Deny,
    Statement,
    StringEquals,
)
from troposphere import Join

from tidegen.blocks.keys import SHARED, USING_KEYS
from tidegen.blocks.policies import arn, deny, not_of_others

ACCOUNT = "${AWS::AccountId}"
IAM = f"iam::{ACCOUNT}"
#: Resolved by IAM, not by CloudFormation.
TAG = "${!aws:PrincipalTag/environment}"
#: With a default, as IAM ignores a statement whose variable has no value.
_TAG_OR_NONE = "${aws:PrincipalTag/environment, 'none'}"
PATH = f"${{Project}}/{TAG}"
NAME = f"${{Project}}-{TAG}"
#: ARNs of an environment's resources, without `arn:<partition>:`, in both boundaries.
OWN = (
    f"cloudformation:*:{ACCOUNT}:stack/{NAME}-*",
    f"dynamodb:*:{ACCOUNT}:table/{NAME}-*",
    f"s3:::{NAME}-*",
    f"secretsmanager:*:{ACCOUNT}:secret:/{PATH}/*",
    f"secretsmanager:*:{ACCOUNT}:secret:{NAME}-*",
    f"sns:*:{ACCOUNT}:{NAME}-*",
    f"sqs:*:{ACCOUNT}:{NAME}-*",
)
#: The account's own roles, by their path: only administrators create roles there.
ACCOUNTS_ROLES = arn(f"{IAM}:role/${{Project}}/account/*")


def only_on_its_path(*rest: str) -> Statement:
    """Deny everything to a role whose tag is not that of its path, or that is not the project's.

    `rest` follows the environment in the path. The account's own roles have its stack's tag.
    """
    path = Join("/", [arn(f"{IAM}:role/${{Project}}"), _TAG_OR_NONE, *rest, "*"])
    others = ArnNotLike({"aws:PrincipalArn": path})
    return deny("OnlyOnItsPath", [Action("*")], condition=Condition(others))


def not_of_other_tags(*reading: Action) -> Statement:
    """Deny resources tagged for another environment than the role's; all, if the role has no tag.

    Exceptions: the calls `reading`, and all use the keys that are shared.
    """
    return not_of_others(_TAG_OR_NONE, reading, SHARED)


def no_change_of_shared_keys() -> Statement:
    """Deny everything but use of the keys that all environments of an account share."""
    return Statement(
        Sid="SharedKeys",
        Effect=Deny,
        NotAction=USING_KEYS,
        Resource=["*"],
        Condition=Condition(StringEquals(SHARED)),
    )
