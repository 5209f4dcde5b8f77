"""Actions denied to every role that deploys an environment, even where another policy allows."""

from awacs import route53
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

from tidegen.blocks.keys import ACCOUNT_ALIASES, USING_KEYS
from tidegen.blocks.policies import arn, deny, present_and_not

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

    Their keys can still be used: one of them encrypts the code of functions.
    """
    of_account = Condition(ForAnyValueStringLike({"kms:ResourceAliases": ACCOUNT_ALIASES}))
    rules = arn("events:*:${AWS::AccountId}:rule/${Project}-account-*")
    return [
        # a statement without a key of KMS in its request does not match
        Statement(
            Sid="NoKeyOfTheAccount",
            Effect=Deny,
            NotAction=USING_KEYS,
            Resource=["*"],
            Condition=of_account,
        ),
        deny("NoRuleOfTheAccount", [Action("events", "*")], [rules]),
    ]


def not_of_other_clusters() -> Statement:
    """Deny the security groups that EKS creates for other clusters, without tags of ours."""
    own = Sub("${Project}-${Environment}")
    others = Condition(present_and_not("aws:ResourceTag/aws:eks:cluster-name", own))
    return deny("NotOfOtherClusters", [Action("ec2", "*")], condition=others)


def own_names() -> Statement:
    """Deny records of other names than this environment's, as IAM ignores the tags of zones.

    Route 53 guide, "Using IAM policy conditions for fine-grained access control".
    """
    names = [Sub(f"{end}${{{name}}}") for name in ("Domain", "PrivateDomain") for end in ("", "*.")]
    requested = {"route53:ChangeResourceRecordSetsNormalizedRecordNames": names}
    others = Condition(ForAnyValueStringNotLike(requested))
    return deny("OwnNames", [route53.ChangeResourceRecordSets], condition=others)


def not_the_deployers() -> Statement:
    """Deny changes of the roles that deploy and of their policies; an administrator makes them."""
    own = [
        arn(f"iam::${{AWS::AccountId}}:{kind}/${{Project}}/${{Environment}}/access/*")
        for kind in ("role", "policy")
    ]
    verbs = ("Attach", "Create", "Delete", "Detach", "Put", "Set", "Tag", "Untag", "Update")
    return deny("NotTheDeployers", [Action("iam", f"{verb}*") for verb in verbs], own)
