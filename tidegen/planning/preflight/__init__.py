"""Preflight checks: pure functions from account facts to findings.

Every check is a pair of functions, one for its questions and one for the findings from the answers,
and is declared where the second one is written; `deployment.reading.preflight` reads the answers.
"""

from collections.abc import Iterable, Mapping

from tidegen.contract import Topic
from tidegen.planning.model import Place
from tidegen.planning.preflight import (
    deletion,
    identity,
    instances,
    launches,
    locks,
    names,
    network,
    quotas,
    service_quotas,
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
    *launches.CHECKS,
    *service_quotas.CHECKS,
    *quotas.CHECKS,
    *identity.CHECKS,
    *locks.CHECKS,
    *services.CHECKS,
)
DELETION_CHECKS = tuple(deletion.CHECKS)


def questions(
    subjects: Iterable[Subject], *, thorough: bool, checks: tuple[Check, ...] = CHECKS
) -> dict[Place, set[Question]]:
    """Return the questions by place; `thorough` includes those that no deploy depends on."""
    asked_at: dict[Place, set[Question]] = {}
    for subject in subjects:
        asked = {q for check in _chosen(checks, thorough) for q in check.questions(subject)}
        asked_at.setdefault(subject.address.place, set()).update(asked)
    return {place: asked for place, asked in asked_at.items() if asked}


def report(
    subjects: Iterable[Subject],
    facts: Mapping[Place, Facts],
    *,
    thorough: bool,
    checks: tuple[Check, ...] = CHECKS,
) -> PreflightReport:
    """Return all findings of the checks from the facts, at once."""
    subjects = tuple(subjects)
    results = [
        item
        for subject in subjects
        for check in _chosen(checks, thorough)
        for item in check.result(subject, facts.get(subject.address.place, {}))
    ]
    needed = {name for s in subjects if s.changes for name in capabilities(s.templates)}
    return PreflightReport(
        tuple(sorted({item for item in results if isinstance(item, PreflightFinding)})),
        tuple(item for item in results if isinstance(item, Unchecked)),
        tuple(sorted(needed)),
    )


def _chosen(checks: tuple[Check, ...], thorough: bool) -> tuple[Check, ...]:
    return tuple(check for check in checks if thorough or not check.always)
