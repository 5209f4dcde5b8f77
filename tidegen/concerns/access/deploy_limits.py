"""What no role that deploys an environment may do, whatever else allows it."""

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

from tidegen.blocks.policies import iam_actions

#: Whatever gives a key away, changes it or ends it.
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
#: Services without regions: their calls carry the region that the partition answers from.
_GLOBAL = ("cloudfront", "iam", "route53")


def only_here() -> Statement:
    """Nothing in other regions than the environment's two, except in services without regions."""
    here = {"aws:RequestedRegion": [Ref("AWS::Region"), Ref("RecoveryRegion")]}
    return Statement(
        Sid="OnlyHere",
        Effect=Deny,
        NotAction=[Action(service, "*") for service in _GLOBAL],
        Resource=["*"],
        Condition=Condition(StringNotEquals(here)),
    )


def not_of_the_account() -> list[Statement]:
    """Nothing of the account's own stacks, which carry no environment's tag.

    Of their keys only what reading takes: a function's code lies under one of them.
    """
    aliases = [Sub(f"alias/${{Project}}/{scope}/*") for scope in ("account", "bootstrap")]
    rules = Sub("arn:${AWS::Partition}:events:*:${AWS::AccountId}:rule/${Project}-account-*")
    return [
        Statement(
            Sid="NoKeyOfTheAccount",
            Effect=Deny,
            Action=CHANGING_KEYS,
            Resource=["*"],
            Condition=Condition(ForAnyValueStringLike({"kms:ResourceAliases": aliases})),
        ),
        Statement(
            Sid="NoRuleOfTheAccount", Effect=Deny, Action=[Action("events", "*")], Resource=[rules]
        ),
    ]


def own_names() -> Statement:
    """Records of this environment's names only, as IAM does not look at the tags of zones.

    Route 53 guide, "Using IAM policy conditions for fine-grained access control".
    """
    names = [Sub(f"{end}${{{name}}}") for name in ("Domain", "PrivateDomain") for end in ("", "*.")]
    asked = {"route53:ChangeResourceRecordSetsNormalizedRecordNames": names}
    return Statement(
        Sid="OwnNames",
        Effect=Deny,
        Action=[route53.ChangeResourceRecordSets],
        Resource=["*"],
        Condition=Condition(ForAnyValueStringNotLike(asked)),
    )


def not_itself(roles: Collection[Any]) -> Statement:
    """Nobody changes with these roles what these roles may do; an administrator deploys them.

    `roles` are their ARNs; their policies have the names that the access stack gives them.
    """
    policies = Sub(
        "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/${Project}/${Environment}/${AWS::StackName}-*"
    )
    return Statement(
        Sid="NotItself",
        Effect=Deny,
        Action=[
            *iam_actions("RolePolicy", "Attach", "Delete", "Detach", "Put"),
            *iam_actions("Role", "Delete", "Tag", "Untag", "Update"),
            iam.UpdateAssumeRolePolicy,
            *iam_actions("Policy", "Delete"),
            *iam_actions("PolicyVersion", "Create", "Delete"),
            iam.SetDefaultPolicyVersion,
        ],
        Resource=[*roles, policies],
    )
