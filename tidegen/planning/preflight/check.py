"""A check: the questions it asks about a root, and what it makes of the answers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tidegen.contract.topics import Topic
from tidegen.planning.preflight.model import (
    Answer,
    Facts,
    PreflightFinding,
    Question,
    Unchecked,
    Unknown,
)
from tidegen.planning.preflight.subject import Subject

Ask = Callable[[Subject], Iterable[Question]]
#: Takes the subject and an answer for each question, in their order.
Judge = Callable[..., Iterable[PreflightFinding | Unchecked]]


@dataclass(frozen=True)
class Check:
    """One check, made only where it has something to ask; `failures` are slugs of the catalogue.

    A check with `asks=None` needs no account: the plan says enough.
    """

    name: str
    failures: tuple[str, ...]
    asks: Ask | None
    judge: Judge
    #: Whether it also looks at stacks that the deploy would leave alone.
    always: bool = False

    def questions(self, subject: Subject) -> tuple[Question, ...]:
        """What has to be read for `subject`."""
        if self.asks is None or not (subject.changes or self.always):
            return ()
        return tuple(question for question in self.asks(subject))

    def result(self, subject: Subject, facts: Facts) -> Iterable[PreflightFinding | Unchecked]:
        """The findings; or why there can be none."""
        if not (subject.changes or self.always):
            return ()
        if self.asks is None:
            return self.judge(subject)
        answers = [facts[question] for question in self.questions(subject)]
        unknown = [answer.reason for answer in answers if isinstance(answer, Unknown)]
        if unknown:
            return (Unchecked(subject.stack_name, self.name, unknown[0]),)
        return self.judge(subject, *answers) if answers else ()


def about(topic: Topic, names: Iterable[str]) -> tuple[Question, ...]:
    """A question about `names`; none where there are none."""
    wanted = tuple(sorted(set(names)))
    return (Question(topic, wanted),) if wanted else ()


def whole(topic: Topic, *, wanted: bool) -> tuple[Question, ...]:
    """A question about the account, if it is wanted."""
    return (Question(topic),) if wanted else ()


__all__ = ["Answer", "Check", "about", "whole"]
