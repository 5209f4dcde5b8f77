"""A check: its questions about a root, and its findings from the answers.

A module declares its checks by decorating the functions that judge the answers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tidegen.contract import Topic
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


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check, which runs only if it has a question; `failures` are slugs of the catalogue.

    A check with `ask=None` needs no account: the plan is enough.
    """

    name: str
    failures: tuple[str, ...]
    ask: Ask | None
    judge: Judge
    #: Whether it also looks at stacks that the deploy would leave alone.
    always: bool = False

    def questions(self, subject: Subject) -> tuple[Question, ...]:
        """Return the questions about `subject`."""
        if self.ask is None or not (subject.changes or self.always):
            return ()
        return tuple(self.ask(subject))

    def result(self, subject: Subject, facts: Facts) -> Iterable[PreflightFinding | Unchecked]:
        """Return the findings, or the reason if the check could not be done."""
        if not (subject.changes or self.always):
            return ()
        if self.ask is None:
            return self.judge(subject)
        answers = [facts[question] for question in self.questions(subject)]
        unknown = [answer.reason for answer in answers if isinstance(answer, Unknown)]
        if unknown:
            return (Unchecked(subject.stack_name, self.name, unknown[0]),)
        return self.judge(subject, *answers) if answers else ()


class Checks(list[Check]):
    """The checks of a module, in the order of their declarations."""

    def add(
        self,
        name: str,
        *,
        failures: tuple[str, ...] = (),
        ask: Ask | None = None,
        always: bool = False,
    ) -> Callable[[Judge], Check]:
        """Return a decorator that makes a function the judge of a new check."""

        def added(judge: Judge) -> Check:
            self.append(Check(name=name, failures=failures, ask=ask, judge=judge, always=always))
            return self[-1]

        return added


def about(topic: Topic, names: Iterable[str]) -> tuple[Question, ...]:
    """Return a question about `names`; none without names."""
    wanted = tuple(sorted(set(names)))
    return (Question(topic, wanted),) if wanted else ()


def about_each(topic: Topic, names: Callable[[Subject], Iterable[str]]) -> Ask:
    """Return a function that asks about the `names` in a root."""
    return lambda subject: about(topic, names(subject))


def about_names(topic: Topic, type_name: str, prop: str) -> Ask:
    """Return a function that asks about the names of the resources that would be added."""
    return about_each(topic, lambda subject: subject.names(type_name, prop))


def if_any(topic: Topic, wanted: Callable[[Subject], object]) -> Ask:
    """Return a function that asks about the account if `wanted` returns anything for the root."""
    return lambda subject: (Question(topic),) if wanted(subject) else ()


def if_added(topic: Topic, *types: str) -> Ask:
    """Return a function that asks about the account if the root adds a resource of `types`."""
    return if_any(topic, lambda subject: any(subject.added_of(*types)))


__all__ = [
    "Answer",
    "Ask",
    "Check",
    "Checks",
    "about",
    "about_each",
    "about_names",
    "if_added",
    "if_any",
]
