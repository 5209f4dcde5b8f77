"""Isolation between environments: what a role of one reaches of another, for all requests."""

from collections.abc import Iterator
from itertools import permutations

from tidegen.linting.workers import forkable_cores
from tidegen.proof.accepted import ACCOUNT, ENVIRONMENT, Use, is_accepted, not_needed
from tidegen.proof.claims import Claim, Counterexample, Family, Result
from tidegen.proof.neighbours import Allowed, Asker, Undecided
from tidegen.proof.platform import USERS, Platform
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
_WORTH_FORKING = 3  # pairs


def accounts(platform: Platform) -> Iterator[Result]:
    """Yield whether each protected environment has an account without unprotected ones."""
    members = [m.target for m in platform.members if m.target.scope in USERS]
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
    for result, uses in _answers(platform, sources, _pairs(platform)):
        used |= uses
        yield result
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


def _answers(
    platform: Platform, sources: Sources, pairs: list[tuple[str, str]]
) -> Iterator[tuple[Result, frozenset[Use]]]:
    """Yield the answer to each pair, on every core where forking is safe."""
    cores = forkable_cores()
    if cores == 1 or len(pairs) < _WORTH_FORKING:
        yield from (pair(platform, *names, sources) for names in pairs)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(cores, context, _inherit, (platform, sources)) as pool:
        yield from pool.map(_inherited_pair, pairs)


#: In a forked process: what its parent read.
_inherited: list[tuple[Platform, Sources]] = []


def _inherit(platform: Platform, sources: Sources) -> None:
    _inherited.append((platform, sources))


def _inherited_pair(names: tuple[str, str]) -> tuple[Result, frozenset[Use]]:
    platform, sources = _inherited[0]
    return pair(platform, *names, sources)


def _pairs(platform: Platform) -> list[tuple[str, str]]:
    """Return the ordered pairs of files that share an account; the first has roles."""
    users = platform.names(*USERS)
    every = [m.target.name for m in platform.members]
    return [
        (one, other)
        for one, other in permutations(every, 2)
        if one in users and platform.target(one).account == platform.target(other).account
    ]


def pair(
    platform: Platform, one: str, other: str, sources: Sources
) -> tuple[Result, frozenset[Use]]:
    """Return what the first environment reaches of the second, and the accepted uses."""
    is_user = platform.target(other).scope in USERS
    inventory = Inventory(platform.of(other), common=is_user)
    owner = ENVIRONMENT if is_user else ACCOUNT
    asked = 0
    undecided: list[str] = []
    examples: list[Counterexample] = []
    used: set[Use] = set()
    for principal in principals(platform, one):
        asker = Asker(principal, inventory)
        for answer in asker.answers():
            if isinstance(answer, Undecided):
                undecided.append(f"{answer.action}: {answer.reason}")
            elif is_accepted(use := _use(answer, owner)):
                used.add(use)
            else:
                examples.append(sources.example(platform, answer))
        asked += asker.asked
    result = Result(
        claim=NEIGHBOURS,
        subject=(one, other),
        asked=asked,
        counterexamples=tuple(examples),
        accepted=tuple(sorted({use.action for use in used})),
        reason="; ".join(undecided[:3]),
    )
    return result, frozenset(used)


def _use(answer: Allowed, owner: str) -> Use:
    label = answer.principal.label
    return Use(principal=label, action=answer.action, reads=answer.reads, on=owner)
