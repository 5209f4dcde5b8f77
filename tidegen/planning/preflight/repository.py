"""Whether GitHub protects the environment that the deploy role trusts, and names its repository."""

from collections.abc import Iterator
from dataclasses import dataclass

from tidegen.contract import Scope
from tidegen.planning.model import Plan
from tidegen.planning.preflight.model import PreflightFinding, Unchecked, Unknown

#: The only branch that may deploy.
MAIN = "main"
_FIX = "see 'From GitHub' in docs/deploying.md"


@dataclass(frozen=True, kw_only=True)
class DeployEnvironment:
    """The protection of a GitHub environment.

    `branches` are the patterns that may deploy, tags as `tag PATTERN`; None means every branch.
    `admins_bypass` is None if GitHub does not say.
    """

    reviewers: int = 0
    self_review: bool = True
    admins_bypass: bool | None = None
    branches: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class RepositoryFacts:
    """The answers of GitHub; `environment` is None if it does not exist.

    `ids` are those of owner and repository; `subject` is the beginning of its tokens' subjects,
    empty if GitHub does not say.
    """

    ids: tuple[int, int] | Unknown
    subject: str | Unknown
    environment: DeployEnvironment | Unknown | None


@dataclass(frozen=True, kw_only=True)
class TrustedRepository:
    """The repository and the GitHub environment that an access root trusts.

    `subject` is OWNER@ID/NAME@ID, or OWNER/NAME; `where` is the name of the access stack.
    """

    where: str
    subject: str
    environment: str

    @property
    def name(self) -> str:
        """The repository as OWNER/NAME."""
        return "/".join(part.partition("@")[0] for part in self.subject.split("/"))


def trusted_repository(plan: Plan) -> TrustedRepository | None:
    """Return what the plan's access root trusts; None if it has no access root, or an older one."""
    for step in plan.steps:
        subject = step.parameters.get("Subject")
        if step.scope is Scope.ACCESS and isinstance(subject, str):
            return TrustedRepository(
                where=step.stack_name, subject=subject, environment=plan.environment
            )
    return None


def repository_results(
    trusted: TrustedRepository, facts: RepositoryFacts
) -> Iterator[PreflightFinding | Unchecked]:
    """Yield a warning for each weakness, and the checks that could not be done."""
    environment = facts.environment
    if isinstance(environment, Unknown):
        yield Unchecked(
            trusted.where, f"GitHub environment {trusted.environment}", environment.reason
        )
    else:
        yield from _protection(trusted, environment)
    if isinstance(facts.ids, Unknown):
        yield Unchecked(trusted.where, f"ids of repository {trusted.name}", facts.ids.reason)
    else:
        yield from _identity(trusted, facts.ids, facts.subject)


def _protection(
    trusted: TrustedRepository, environment: DeployEnvironment | None
) -> Iterator[PreflightFinding]:
    about = f"GitHub environment {trusted.environment} of {trusted.name}"
    if environment is None:
        problem = f"{about} is missing, and GitHub creates it without protection for the first job"
        yield _warning(trusted, f"{problem} that names it; create and protect it: {_FIX}")
        return
    weaknesses = ", ".join(_weaknesses(environment))
    if weaknesses:
        yield _warning(trusted, f"{about} {weaknesses}; the deploy role trusts it: {_FIX}")


def _weaknesses(environment: DeployEnvironment) -> Iterator[str]:
    if not environment.reviewers:
        yield "has no required reviewers"
    elif environment.self_review:
        yield "lets people approve their own deploys"
    if environment.admins_bypass:
        yield "lets administrators bypass its rules"
    if environment.branches is None:
        yield "accepts every branch"
    elif environment.branches != (MAIN,):
        yield f"accepts other branches than {MAIN} ({', '.join(environment.branches) or 'none'})"


def _identity(
    trusted: TrustedRepository, ids: tuple[int, int], subject: str | Unknown
) -> Iterator[PreflightFinding]:
    """Compare the file's ids, and the subject that GitHub gives the repository's tokens."""
    owner, _, name = trusted.name.partition("/")
    immutable = f"{owner}@{ids[0]}/{name}@{ids[1]}"
    if "@" in trusted.subject and trusted.subject != immutable:
        problem = f"the file has other ids of {trusted.name} than GitHub ({trusted.subject})"
        change = f"write owner_id: {ids[0]} and repository_id: {ids[1]} under ci"
        yield _warning(trusted, f"{problem}; {change}")
    elif isinstance(subject, str) and subject not in ("", f"repo:{trusted.subject}"):
        problem = (
            f"the roles trust repo:{trusted.subject}, and tokens of {trusted.name} have {subject}"
        )
        yield _warning(trusted, f"{problem}; {_FIX}")


def _warning(trusted: TrustedRepository, message: str) -> PreflightFinding:
    return PreflightFinding(trusted.where, message, "", blocking=False)
