"""A third port: the repository and the GitHub environment that the roles trust. It only reads."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from tidegen.errors import TidegenError
from tidegen.planning.model import Plan
from tidegen.planning.parameters import is_current
from tidegen.planning.preflight import PreflightFinding, PreflightReport, Unchecked, Unknown
from tidegen.planning.preflight.repository import (
    DeployEnvironment,
    RepositoryFacts,
    TrustedRepository,
    repository_results,
    trusted_repository,
)

AnswerT = TypeVar("AnswerT")


class Repositories(Protocol):
    """GitHub's answers about a repository, by OWNER/NAME; problems are raised as TidegenError."""

    def ids(self, repository: str) -> tuple[int, int]:
        """Return the ids of its owner and its own."""

    def subject(self, repository: str) -> str:
        """Return the beginning of its tokens' subjects; empty if GitHub does not say."""

    def environment(self, repository: str, name: str) -> DeployEnvironment | None:
        """Return the protection of one of its environments; None if there is none."""


def with_repository(
    report: PreflightReport, plan: Plan, repositories: Repositories, *, thorough: bool = False
) -> PreflightReport:
    """Return the report with the findings of GitHub, if the access root changes or `thorough`."""
    trusted = trusted_repository(plan)
    changes = any(
        not is_current(plan, step)
        for step in plan.steps
        if trusted and step.stack_name == trusted.where
    )
    if trusted is None or not (changes or thorough):
        return report
    results = tuple(repository_results(trusted, _read(repositories, trusted)))
    findings = {item for item in results if isinstance(item, PreflightFinding)}
    unchecked = tuple(item for item in results if isinstance(item, Unchecked))
    return replace(
        report,
        findings=tuple(sorted({*report.findings, *findings})),
        unchecked=(*report.unchecked, *unchecked),
    )


def _read(repositories: Repositories, trusted: TrustedRepository) -> RepositoryFacts:
    name = trusted.name
    return RepositoryFacts(
        ids=_answer(lambda: repositories.ids(name)),
        subject=_answer(lambda: repositories.subject(name)),
        environment=_answer(lambda: repositories.environment(name, trusted.environment)),
    )


def _answer(ask: Callable[[], AnswerT]) -> AnswerT | Unknown:
    try:
        return ask()
    except TidegenError as error:
        return Unknown(error.problems[0].message)
