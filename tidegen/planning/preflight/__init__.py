"""Preflight: what an account says against a plan, decided as frozen data from facts.

Every check is a pair of pure functions, what to ask and what to make of the answers; reading is
`deployment.preflight`'s part.
"""

from collections.abc import Iterable, Mapping

from tidegen.contract.topics import Topic
from tidegen.planning.model import Place
from tidegen.planning.preflight import (
    identity,
    instances,
    locks,
    names,
    network,
    quotas,
    services,
    singletons,
    stacks,
)
from tidegen.planning.preflight.candidates import (
    Candidate,
    candidate_questions,
    candidates,
)
from tidegen.planning.preflight.check import Check
from tidegen.planning.preflight.deletion import DELETION_CHECKS
from tidegen.planning.preflight.model import (
    Answer,
    Facts,
    PreflightFinding,
    PreflightReport,
    Question,
    Unchecked,
    Unknown,
)
from tidegen.planning.preflight.stacks import capabilities
from tidegen.planning.preflight.subject import Subject

__all__ = [
    "CHECKS",
    "DELETION_CHECKS",
    "Answer",
    "Candidate",
    "Check",
    "Facts",
    "PreflightFinding",
    "PreflightReport",
    "Question",
    "Subject",
    "Topic",
    "Unchecked",
    "Unknown",
    "candidate_questions",
    "candidates",
    "questions",
    "report",
]

CHECKS: tuple[Check, ...] = (
    *stacks.CHECKS,
    *singletons.CHECKS,
    *names.CHECKS,
    *network.CHECKS,
    *instances.CHECKS,
    *quotas.CHECKS,
    *identity.CHECKS,
    *locks.CHECKS,
    *services.CHECKS,
)


def questions(
    subjects: Iterable[Subject], *, thorough: bool, checks: tuple[Check, ...] = CHECKS
) -> dict[Place, set[Question]]:
    """What has to be read, and where. `thorough` also asks what no deploy depends on."""
    found: dict[Place, set[Question]] = {}
    for subject in subjects:
        asked = {q for check in _chosen(checks, thorough) for q in check.questions(subject)}
        found.setdefault(subject.address.place, set()).update(asked)
    return {place: asked for place, asked in found.items() if asked}


def report(
    subjects: Iterable[Subject],
    facts: Mapping[Place, Facts],
    *,
    thorough: bool,
    checks: tuple[Check, ...] = CHECKS,
) -> PreflightReport:
    """Everything that the checks make of the facts, all at once."""
    subjects = tuple(subjects)
    found = [
        item
        for subject in subjects
        for check in _chosen(checks, thorough)
        for item in check.result(subject, facts.get(subject.address.place, {}))
    ]
    needed = {name for s in subjects if s.changes for name in capabilities(s.templates)}
    return PreflightReport(
        tuple(sorted({item for item in found if isinstance(item, PreflightFinding)})),
        tuple(item for item in found if isinstance(item, Unchecked)),
        tuple(sorted(needed)),
    )


def _chosen(checks: tuple[Check, ...], thorough: bool) -> tuple[Check, ...]:
    return tuple(check for check in checks if thorough or not check.always)
