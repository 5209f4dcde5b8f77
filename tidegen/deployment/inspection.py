"""A second port: preflight's questions to an account. It only reads."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from tidegen.errors import TidegenError
from tidegen.planning.model import Place
from tidegen.planning.preflight import Answer, Facts, Question, Unknown

_WORKERS = 12


class Inspector(Protocol):
    """Answers questions about one account and region."""

    def answer(self, question: Question) -> Answer:
        """Return the answer; raise TidegenError if the call is not allowed or not answered."""


Inspect = Callable[[Place], Inspector]


def read(inspect: Inspect, asked: Mapping[Place, set[Question]]) -> dict[Place, Facts]:
    """Return the answers to all questions, read in parallel; Unknown where there is none."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        pending = {
            place: {q: pool.submit(_answer, inspector, q) for q in questions}
            for place, questions in asked.items()
            for inspector in (inspect(place),)
        }
        return {
            place: {question: future.result() for question, future in futures.items()}
            for place, futures in pending.items()
        }


def _answer(inspector: Inspector, question: Question) -> Answer | Unknown:
    try:
        return inspector.answer(question)
    except TidegenError as error:
        return Unknown(error.problems[0].message)
