"""Whether a role obtains power outside its environment: an invariant, not a search.

"Every principal that an environment controls is a role below a boundary, on the environment's own
path." It holds after each call if no call on IAM or STS reaches a role or policy outside the path,
makes a role without the boundary, or makes any other kind of principal. So chains of calls need not
be followed.
"""

from collections.abc import Iterator, Mapping

from tidegen.iam.arns import VARIABLE
from tidegen.iam.patterns import UNKNOWN
from tidegen.iam.reference import Action, ResourceType, actions_of
from tidegen.proof.claims import Claim, Family, Result
from tidegen.proof.neighbours import READS, Asker, Undecided
from tidegen.proof.platform import USERS, Platform
from tidegen.proof.policies.encoding import RESOURCE
from tidegen.proof.policies.formulas import Atom, Formula, every, negated, some
from tidegen.proof.policies.texts import exactly, like
from tidegen.proof.principals import Principal, boundaries_of, principals
from tidegen.proof.reach import Inventory, Reached
from tidegen.proof.sources import Sources

PATHS = Claim(
    id="own-path",
    family=Family.ISOLATION,
    statement=(
        "No role assumes, passes, creates or changes a principal or a policy outside its "
        "environment's path."
    ),
)
BOUNDED = Claim(
    id="boundary-kept",
    family=Family.ISOLATION,
    statement="Each role that a role creates has a boundary of the account, and keeps it.",
)
_BOUNDARY = "iam:permissionsboundary"
#: Calls that set a boundary; without one, they send no such key.
_BOUND = ("iam:CreateRole", "iam:CreateUser", "iam:PutRolePermissionsBoundary")
_UNBOUND = ("iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary")
#: These calls create or use AWS's own: roles that only the service itself assumes, and the
#: session of the caller (AWS docs, "Service-linked roles", "GetSessionToken").
_HARMLESS = (
    "iam:CreateServiceLinkedRole",
    "sts:GetCallerIdentity",
    "sts:DecodeAuthorizationMessage",
)
_WORDS = ("role", "policy", "instance-profile")


def escalation(platform: Platform, sources: Sources) -> Iterator[Result]:
    """Yield the two halves of the invariant for each environment."""
    for member in platform.names(*USERS):
        target = platform.target(member)
        own = (
            f"arn:aws:iam::{target.account}:{word}/{target.project}/{member}/*" for word in _WORDS
        )
        outside = every(*(negated(Atom(RESOURCE, like(path))) for path in own))
        yield _result(PATHS, platform, member, sources, dict.fromkeys(_changes(), outside))
        bounds = [exactly(arn) for arn in boundaries_of(platform, target.account)]
        unbound = every(*(negated(Atom(_BOUNDARY, bound)) for bound in bounds))
        missing = some(negated(Atom(_BOUNDARY)), unbound)
        setting = {a: missing for a in actions_of("iam") if a.name in _BOUND}
        lifting: dict[Action, Formula] = {a: True for a in actions_of("iam") if a.name in _UNBOUND}
        yield _result(BOUNDED, platform, member, sources, {**setting, **lifting})


def _changes() -> list[Action]:
    """Return the calls that change or use principals and policies."""
    actions = (*actions_of("iam"), *actions_of("sts"))
    return [a for a in actions if a.level not in READS and a.name not in _HARMLESS]


def _result(
    claim: Claim,
    platform: Platform,
    member: str,
    sources: Sources,
    actions: Mapping[Action, Formula],
) -> Result:
    asked = 0
    examples, reasons = [], []
    for principal in principals(platform, member):
        asker = Asker(principal, Inventory((), common=False))
        for action, extra in actions.items():
            for kind, reached in _anywhere(action, principal):
                asked += 1
                answer = asker.ask(action, kind, reached, extra)
                if isinstance(answer, Undecided):
                    reasons.append(f"{answer.action}: {answer.reason}")
                elif answer is not None:
                    examples.append(sources.example(platform, answer))
    return Result(
        claim=claim,
        subject=(member,),
        asked=asked,
        counterexamples=tuple(examples),
        reason="; ".join(reasons[:3]),
    )


def _anywhere(
    action: Action, principal: Principal
) -> Iterator[tuple[ResourceType | None, Reached]]:
    """Yield each type of an action with the form of every resource of it."""
    place = {"Partition": "aws", "Account": principal.account}
    for kind in action.types:
        arn = VARIABLE.sub(lambda match: place.get(match[1], UNKNOWN), kind.arn)
        yield kind, Reached(arn=arn)
    if not action.types:
        yield None, Reached(arn="*")
