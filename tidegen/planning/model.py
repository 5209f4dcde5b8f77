"""The frozen data that planning produces and deployment executes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from tidegen.cloudformation.resources import TemplateBody
from tidegen.cloudformation.text import parse_template
from tidegen.contract import ARTIFACTS_PARAMETER, Scope
from tidegen.planning.digest import DIGEST


@dataclass(frozen=True)
class Credentials:
    """Credentials of an account: a profile, a role to assume, or (neither) the ambient ones."""

    profile: str | None = None
    role: str | None = None


AMBIENT = Credentials()


@dataclass(frozen=True)
class Place:
    """An account and region, and the credentials for it."""

    account: str
    region: str
    credentials: Credentials = AMBIENT

    def __str__(self) -> str:
        return f"{self.account}/{self.region}"


@dataclass(frozen=True)
class StackAddress:
    """A stack's name, place and scope."""

    place: Place
    name: str
    scope: Scope

    def __str__(self) -> str:
        return f"{self.name} ({self.place})"


@dataclass(frozen=True)
class OutputOf:
    """An output of an earlier root of the same plan, to be read before it is needed."""

    address: StackAddress
    output: str
    default: str | None = None


@dataclass(frozen=True)
class Child:
    """A nested template as a root pins it."""

    logical_id: str
    file: str
    sha256: str
    content: bytes = field(repr=False, default=b"")

    @property
    def key(self) -> str:
        """The object key that the root refers to."""
        return f"templates/{self.sha256}/{self.file}"

    @cached_property
    def body(self) -> TemplateBody:
        """The template, parsed once: a deploy reads it some twenty times."""
        return parse_template(self.content.decode(), self.file)


@dataclass(frozen=True, kw_only=True)
class RootTemplate:
    """A committed root: its bytes, their content, and everything they pin."""

    name: str
    content: bytes = field(repr=False)
    body: TemplateBody = field(repr=False)
    sha256: str
    scope: Scope
    children: tuple[Child, ...] = ()
    assets: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def key(self) -> str:
        """The object key under which the root is uploaded."""
        return f"templates/{self.sha256}/{self.name}"

    @property
    def is_uploaded(self) -> bool:
        """Whether CloudFormation reads the root from the artifacts bucket, not from the call.

        The template decides, not the scope: an old release's access root is still sent in the call.
        """
        return ARTIFACTS_PARAMETER in self.body.get("Parameters", {})

    @property
    def uploads(self) -> dict[str, bytes]:
        """Object key → bytes of everything needed in the artifacts bucket; none if not uploaded."""
        if not self.is_uploaded:
            return {}
        nested = {child.key: child.content for child in self.children}
        return {**nested, **self.assets, self.key: self.content}


@dataclass(frozen=True, kw_only=True)
class OfStack:
    """The base of data about one stack: its address and the parts of it."""

    address: StackAddress

    @property
    def stack_name(self) -> str:
        """The stack's name."""
        return self.address.name

    @property
    def scope(self) -> Scope:
        """The scope of the stack."""
        return self.address.scope

    @property
    def account(self) -> str:
        """The account of the stack."""
        return self.address.place.account

    @property
    def region(self) -> str:
        """The region of the stack."""
        return self.address.place.region


@dataclass(frozen=True, kw_only=True)
class RootStep(OfStack):
    """One root stack to create or update; other roots' outputs are still to be read."""

    project: str
    environment: str
    template: RootTemplate
    parameters: Mapping[str, str | OutputOf] = field(repr=False)
    service_role: str | OutputOf | None = None
    protected: bool = False

    @property
    def tags(self) -> dict[str, str]:
        """The stack's tags: two, which never change. Other tags would change every resource.

        Policies recognize the owner of a resource by `environment`; the account's have `account`.
        """
        tags = {"project": self.project}
        return {**tags, "environment": self.environment} if self.environment else tags


@dataclass(frozen=True, kw_only=True)
class ResolvedStep(RootStep):
    """A root step whose values are texts; a parameter that is not known yet is left out."""

    parameters: Mapping[str, str] = field(repr=False)
    service_role: str | None = None

    @property
    def digest(self) -> str | None:
        """The digest to deploy; None while a value is not known yet."""
        return self.parameters.get(DIGEST)


@dataclass(frozen=True)
class Prerequisite:
    """A required root that is missing, and the command that deploys it."""

    address: StackAddress
    command: str

    def __str__(self) -> str:
        return f"{self.address.scope} is missing ({self.address}); run '{self.command}'"


@dataclass(frozen=True, kw_only=True)
class StackState:
    """A stack as CloudFormation describes it."""

    name: str
    stack_id: str
    status: str
    reason: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    parent_id: str | None = None
    protected: bool = False
    changed: datetime | None = None

    @property
    def digest(self) -> str | None:
        """The digest that the stack was last deployed with."""
        return self.outputs.get(DIGEST)


@dataclass(frozen=True, kw_only=True)
class StackResource:
    """A resource as a stack records it."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Foreign:
    """A deployed stack of a planned name that another owner has.

    `carries` says by what it is known. `command` deploys it, if it is only required by a plan.
    """

    address: StackAddress
    carries: str
    resources: tuple[StackResource, ...] = ()
    command: str = ""


@dataclass(frozen=True, kw_only=True)
class HeldPolicy:
    """A stack policy that a person set on a root, or on the nested stack at `path`."""

    address: StackAddress
    path: str
    stack_id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A deploy: a step for each root, and the states that were read to plan them.

    `retiring` is there if the access root loses permissions that the other roots still need: the
    same root with them. It is deployed first, and its own step last.
    """

    environment: str
    release: str
    steps: tuple[RootStep, ...]
    retiring: RootStep | None = None
    missing: tuple[Prerequisite, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    held: tuple[HeldPolicy, ...] = ()
    overridden: tuple[HeldPolicy, ...] = ()
    states: Mapping[StackAddress, StackState | None] = field(default_factory=dict, repr=False)

    @property
    def sequence(self) -> tuple[RootStep, ...]:
        """The steps in the order in which they are deployed."""
        if self.retiring is None:
            return self.steps
        last = [step for step in self.steps if step.address == self.retiring.address]
        others = [step for step in self.steps if step.address != self.retiring.address]
        return (self.retiring, *others, *last)

    def note(self, step: RootStep) -> str:
        """Return the reason why a root is deployed twice, for that step; else empty."""
        if self.retiring is None or step.address != self.retiring.address:
            return ""
        if step.template == self.retiring.template:
            return "first: new permissions, and still those that the release removes"
        return "last: without the permissions that the release removes"

    @property
    def outputs(self) -> dict[StackAddress, Mapping[str, str]]:
        """The outputs of the deployed stacks that were read."""
        return {address: state.outputs for address, state in self.states.items() if state}
