"""Actions denied to every role that deploys an environment, even where another policy allows."""

from collections.abc import Collection
from typing import Any

from awacs import iam, kms, route53
from awacs.aws import (
    Action,
    Condition,
    Deny,
    ForAnyValueStringLike,
    ForAnyValueStringNotLike,
    Statement,
    StringNotEquals,
)
from troposphere import Ref, Sub

from tidegen.blocks.keys import ACCOUNT_ALIASES
from tidegen.blocks.policies import arn, deny, iam_actions

#: Actions that grant, change or delete a key.
CHANGING_KEYS = [
    kms.CreateAlias,
    kms.CreateGrant,
    kms.DisableKey,
    kms.EnableKeyRotation,
    kms.PutKeyPolicy,
    kms.ReplicateKey,
    kms.ScheduleKeyDeletion,
    kms.TagResource,
    kms.UntagResource,
    kms.UpdateAlias,
    kms.UpdateKeyDescription,
]
#: Services without regions: their calls have the region that the partition answers from.
_GLOBAL = ("cloudfront", "iam", "route53")


def only_here() -> Statement:
    """Deny other regions than the environment's two, except for services without regions."""
    here = {"aws:RequestedRegion": [Ref("AWS::Region"), Ref("RecoveryRegion")]}
    return Statement(
        Sid="OnlyHere",
        Effect=Deny,
        NotAction=[Action(service, "*") for service in _GLOBAL],
        Resource=["*"],
        Condition=Condition(StringNotEquals(here)),
    )


def not_of_the_account() -> list[Statement]:
    """Deny changes of the account's own stacks' resources, which have no environment's tag.

    Their keys can still be used for reading: one of them encrypts the code of functions.
    """
    of_account = Condition(ForAnyValueStringLike({"kms:ResourceAliases": ACCOUNT_ALIASES}))
    rules = arn("events:*:${AWS::AccountId}:rule/${Project}-account-*")
    return [
        deny("NoKeyOfTheAccount", CHANGING_KEYS, condition=of_account),
        deny("NoRuleOfTheAccount", [Action("events", "*")], [rules]),
    ]


def own_names() -> Statement:
    """Deny records of other names than this environment's, as IAM ignores the tags of zones.

    Route 53 guide, "Using IAM policy conditions for fine-grained access control".
    """
    names = [Sub(f"{end}${{{name}}}") for name in ("Domain", "PrivateDomain") for end in ("", "*.")]
    requested = {"route53:ChangeResourceRecordSetsNormalizedRecordNames": names}
    others = Condition(ForAnyValueStringNotLike(requested))
    return deny("OwnNames", [route53.ChangeResourceRecordSets], condition=others)


def not_itself(roles: Collection[Any]) -> Statement:
    """Deny these roles to change their own permissions; an administrator deploys them.

    `roles` are their ARNs; their policies have the names that the access stack gives them.
    """
    policies = arn("iam::${AWS::AccountId}:policy/${Project}/${Environment}/${AWS::StackName}-*")
    return deny(
        "NotItself",
        [
            *iam_actions("RolePolicy", "Attach", "Delete", "Detach", "Put"),
            *iam_actions("Role", "Delete", "Tag", "Untag", "Update"),
            iam.UpdateAssumeRolePolicy,
            *iam_actions("Policy", "Delete"),
            *iam_actions("PolicyVersion", "Create", "Delete"),
            iam.SetDefaultPolicyVersion,
        ],
        [*roles, policies],
    )
