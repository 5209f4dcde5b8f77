"""The owner of a deployed stack, by the marks that it carries.

A stack of tidegen's has its owner's tags, and a digest among its parameters from its first change
set on, so also after a creation that failed. A root that was created for an import has no digest
yet, and no tags if it is a direct one: its template names its owner.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from tidegen.cloudformation.resources import TemplateBody
from tidegen.counting import counted
from tidegen.errors import InputError, Problem, RefusedError
from tidegen.planning.digest import DIGEST
from tidegen.planning.model import Foreign, Plan, RootStep, StackState

TAKE_OVER = "--take-over"
_OWNER = "Owner"
_MOST_LISTED = 10  # resources in a refusal


@dataclass(frozen=True)
class Owner:
    """A project and an environment; identity and bootstrap are shared by all and have only one."""

    project: str
    environment: str = ""

    @classmethod
    def of(cls, step: RootStep) -> "Owner":
        """Return the owner of a root."""
        return cls(step.project, step.environment)

    def __str__(self) -> str:
        return f"{self.project}/{self.environment}"

    @property
    def template(self) -> TemplateBody:
        """A template without resources that names its owner, to deploy without a digest."""
        metadata = {"Tidegen": {_OWNER: str(self)}}
        return {"AWSTemplateFormatVersion": "2010-09-09", "Metadata": metadata}


@dataclass(frozen=True)
class Marks:
    """The marks of a stack: its owner's tags, and whether tidegen deployed it."""

    tags: Mapping[str, str] = field(default_factory=dict)
    digest: bool = False
    owner: str = ""

    @property
    def own_tags(self) -> dict[str, str]:
        """The tags that name an owner."""
        return {key: self.tags[key] for key in ("project", "environment") if key in self.tags}


def marks_of(state: StackState, template: TemplateBody | None = None) -> Marks:
    """Return the marks of a stack; those of its template only where it is given."""
    metadata = (template or {}).get("Metadata", {})
    about = metadata.get("Tidegen", {}) if isinstance(metadata, dict) else {}
    owner = about.get(_OWNER, "") if isinstance(about, dict) else ""
    digest = DIGEST in state.parameters or DIGEST in state.outputs
    return Marks(state.tags, digest=digest, owner=str(owner))


def is_absent(state: StackState | None) -> bool:
    """Return whether there is no stack to own."""
    return state is None or state.status == "DELETE_COMPLETE"


def is_owned(owner: Owner, state: StackState, marks: Marks) -> bool:
    """Return whether a stack may be changed for `owner`.

    An empty stack in review has no resources: it may be used unless its tags name another owner.
    """
    expected = {"project": owner.project, "environment": owner.environment}
    wanted = {key: value for key, value in expected.items() if value}
    if state.status == "REVIEW_IN_PROGRESS":
        return marks.own_tags in ({}, wanted)
    if marks.owner == str(owner):
        return marks.own_tags in ({}, wanted)
    return marks.own_tags == wanted and marks.digest


def carried(owner: Owner, marks: Marks) -> str:
    """Return what a foreign stack carries, in words."""
    tags = ", ".join(f"{key}={value}" for key, value in sorted(marks.tags.items()))
    what = f"the tags {tags}" if tags else "no tags"
    mark = "a digest" if marks.digest else "no digest of tidegen"
    return f"is not of {owner}: it carries {what} and {mark}"


def foreign_text(foreign: Foreign) -> str:
    """Return the problem of a foreign stack and its remedy, with the resources at stake."""
    return f"{foreign.carries}; {_resources_text(foreign)}; {_remedy(foreign)}"


def _resources_text(foreign: Foreign) -> str:
    names = [f"{item.logical_id} ({item.type})" for item in foreign.resources]
    more = len(names) - _MOST_LISTED
    listed = ", ".join(names[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")
    return f"it has {counted(len(names), 'resource')}: {listed}" if names else "it has no resources"


def _remedy(foreign: Foreign) -> str:
    name = foreign.address.name
    if foreign.command:
        return f"run '{foreign.command}' first, which says what to do"
    return f"rename the environment, or say {TAKE_OVER} {name} to have them changed or removed"


def with_consent(plan: Plan, taken_over: Collection[str]) -> Plan:
    """Return the plan without the foreign stacks that the user named.

    Raises InputError for a name that is no stack of the plan.
    """
    check_named(TAKE_OVER, taken_over, (step.stack_name for step in plan.steps))
    kept = tuple(f for f in plan.foreign if f.command or f.address.name not in taken_over)
    return replace(plan, foreign=kept)


def check_named(option: str, names: Iterable[str], stacks: Iterable[str]) -> None:
    """Raise InputError for a name that is none of the stacks."""
    known = sorted(set(stacks))
    unknown = sorted(set(names) - set(known))
    if unknown:
        text = f"is no stack of this environment; those are: {', '.join(known) or 'none'}"
        raise InputError.of(Problem(f"{option} {name}", text) for name in unknown)


def require_owned(foreign: Iterable[Foreign]) -> None:
    """Raise RefusedError with each foreign stack, before anything is changed."""
    problems = [Problem(str(item.address), foreign_text(item)) for item in foreign]
    if problems:
        raise RefusedError.of(problems)
