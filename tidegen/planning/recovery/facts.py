"""The facts that a recovery depends on: the questions to the recovery region, and the answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tidegen.chart.secrets import CHART_SECRETS
from tidegen.contract import Topic
from tidegen.planning.model import Prerequisite, StackState
from tidegen.planning.preflight import Answer, Facts, PreflightReport, Question, Unknown
from tidegen.planning.recovery.steps import Words

_BACKUPS = "ReplicaBackupsBucketArn"


@dataclass(frozen=True, kw_only=True)
class RecoveryFacts:
    """The answers of the recovery region.

    `missing` are the prerequisites that are not deployed there, `replicas` is the stack of the
    replicas, `report` preflight's of the environment as it would be deployed there.
    """

    words: Words
    report: PreflightReport
    now: datetime
    missing: tuple[Prerequisite, ...] = ()
    replicas: StackState | None = None
    answers: Facts = field(default_factory=dict)

    def answer(self, topic: Topic) -> Answer | Unknown:
        """Return the answer to the question of a topic; Unknown where it was not asked."""
        known = (answer for question, answer in self.answers.items() if question.topic is topic)
        return next(known, Unknown("not asked"))


def secret_ids(words: Words) -> tuple[str, ...]:
    """Return the names of the environment's secrets."""
    return tuple(f"/{words.project}/{words.environment}/{name}" for name in CHART_SECRETS)


def vault(words: Words) -> str:
    """Return the name of the vault of copied recovery points."""
    return f"{words.project}-{words.environment}-recovery"


def public_domain(words: Words) -> str:
    """Return the domain of the environment's public zone."""
    return f"{words.environment}.{words.domain}"


def backups_bucket(replicas: StackState | None) -> str:
    """Return the name of the replica of the backups; empty without it."""
    return replicas.outputs.get(_BACKUPS, "").rpartition(":")[2] if replicas else ""


def recovery_questions(words: Words, replicas: StackState | None) -> Iterator[Question]:
    """Yield the questions that preflight does not ask."""
    yield Question(Topic.OWN_IMAGES)
    yield Question(Topic.SECRETS, secret_ids(words))
    yield Question(Topic.HOSTED_ZONES, (public_domain(words),))
    yield Question(Topic.NAME_SERVERS, (public_domain(words),))
    bucket = backups_bucket(replicas)
    if bucket:
        yield Question(Topic.RECOVERY_POINTS, (vault(words),))
        yield Question(Topic.DUMPS, (bucket,))


def newest_point(facts: RecoveryFacts, kind: str) -> datetime | None:
    """Return the time of the newest recovery point of a type of resource; None without one."""
    points = _of(facts.answer(Topic.RECOVERY_POINTS), vault(facts.words))
    return _time(points.get(kind)) if isinstance(points, Mapping) else None


def newest_dump(facts: RecoveryFacts) -> datetime | None:
    """Return the time of the newest dump; None without one."""
    return _time(_of(facts.answer(Topic.DUMPS), backups_bucket(facts.replicas)))


def _of(answer: Answer | Unknown, name: str) -> Any:
    return None if isinstance(answer, Unknown) else answer.get(name)


def _time(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
