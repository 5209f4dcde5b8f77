"""Isolation between environments: what a role of one reaches of another, for all requests."""

from collections.abc import Iterator
from itertools import permutations

from tidegen.contract import Scope
from tidegen.proof.accepted import ACCOUNT, ENVIRONMENT, Use, is_accepted, not_needed
from tidegen.proof.claims import Claim, Counterexample, Family, Result
from tidegen.proof.neighbours import Allowed, Asker, Undecided
from tidegen.proof.platform import Platform
from tidegen.proof.principals import principals
from tidegen.proof.reach import Inventory
from tidegen.proof.sources import Sources

ACCOUNTS = Claim(
    id="separate-accounts",
    family=Family.ISOLATION,
    statement="Production and its shared services share no account with another class.",
)
NEIGHBOURS = Claim(
    id="neighbours",
    family=Family.ISOLATION,
    statement=(
        "No request of a role of one environment, or of any role that it can create, reaches a "
        "resource of another in its account, except what is accepted."
    ),
)
EXCEPTIONS = Claim(
    id="exceptions-needed",
    family=Family.ISOLATION,
    statement="Each accepted exception is still needed.",
)
#: Accounts' own roots are what environments must not change, and reach nothing themselves.
_USERS = (Scope.ENVIRONMENT, Scope.SHARED)


def accounts(platform: Platform) -> Iterator[Result]:
    """Yield whether each protected environment has an account without unprotected ones."""
    members = [m.target for m in platform.members if m.target.scope in _USERS]
    for target in (t for t in members if t.protected):
        others = [t.name for t in members if t.account == target.account and not t.protected]
        yield Result(
            claim=ACCOUNTS,
            subject=(target.name,),
            asked=len(members),
            counterexamples=tuple(
                Counterexample(text=f"{other} is in account {target.account} too")
                for other in others
            ),
        )


def neighbours(platform: Platform, sources: Sources) -> Iterator[Result]:
    """Yield, for each ordered pair in one account, what the first reaches of the second."""
    used: set[Use] = set()
    for one, other in _pairs(platform):
        is_user = platform.target(other).scope in _USERS
        inventory = Inventory(platform.of(other), common=is_user)
        yield _pair(platform, one, other, inventory, sources, used)
    if used:
        yield Result(
            claim=EXCEPTIONS,
            subject=(),
            asked=len(used),
            counterexamples=tuple(
                Counterexample(text=f"{pattern} of {', '.join(row.principals)}: remove it")
                for row, pattern in not_needed(used)
            ),
        )


def _pairs(platform: Platform) -> list[tuple[str, str]]:
    """Return the ordered pairs of files that share an account; the first has roles."""
    users = platform.names(*_USERS)
    every = [m.target.name for m in platform.members]
    return [
        (one, other)
        for one, other in permutations(every, 2)
        if one in users and platform.target(one).account == platform.target(other).account
    ]


def _pair(
    platform: Platform,
    one: str,
    other: str,
    inventory: Inventory,
    sources: Sources,
    used: set[Use],
) -> Result:
    owner = ENVIRONMENT if platform.target(other).scope in _USERS else ACCOUNT
    asked, undecided = 0, []
    examples: list[Counterexample] = []
    accepted: set[str] = set()
    for principal in principals(platform, one):
        asker = Asker(principal, inventory)
        for answer in asker.answers():
            if isinstance(answer, Undecided):
                undecided.append(f"{answer.action}: {answer.reason}")
            elif is_accepted(use := _use(answer, owner)):
                used.add(use)
                accepted.add(answer.action)
            else:
                examples.append(_example(answer, platform, sources))
        asked += asker.asked
    return Result(
        claim=NEIGHBOURS,
        subject=(one, other),
        asked=asked,
        counterexamples=tuple(examples),
        accepted=tuple(sorted(accepted)),
        reason="; ".join(undecided[:3]),
    )


def _use(answer: Allowed, owner: str) -> Use:
    label = answer.principal.label
    return Use(principal=label, action=answer.action, reads=answer.reads, on=owner)


def _example(answer: Allowed, platform: Platform, sources: Sources) -> Counterexample:
    """Return a request that is not accepted, with the statement that allows it."""
    principal = answer.principal
    file, line = sources.of_statement(platform, principal, answer.statement)
    return Counterexample(
        text=f"{principal.label} of {principal.member} may {answer.action} on {answer.resource}",
        file=file,
        line=line,
        data={
            "principal": principal.arn,
            "action": answer.action,
            "resource": answer.resource,
            "keys": dict(answer.keys),
            "statement": dict(answer.statement or {}),
        },
    )
