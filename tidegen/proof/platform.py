"""All roots of all environments as the committed files make them, with every name resolved.

A resource that exists only after a deploy gets an identity of its own in place of the random part
of its name, or of its id: two resources never share one, and no policy can spell one out.
"""

import functools
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tidegen.cloudformation import schemas
from tidegen.cloudformation.evaluation import EvaluatedTemplate, evaluate
from tidegen.cloudformation.functions import joined, selected, split
from tidegen.cloudformation.resources import ResourceView, TemplateBody
from tidegen.cloudformation.text import parse_template
from tidegen.cloudformation.values import is_function
from tidegen.contract import Scope
from tidegen.deployment.reading.planner import Release, Values, planned_steps
from tidegen.iam.arns import own_arn, types_of
from tidegen.iam.subject import Subject
from tidegen.planning.model import OutputOf, RootStep, StackAddress
from tidegen.planning.steps import Target

#: The scopes whose files have roles that act; accounts' own roots are what these must not change.
USERS = (Scope.ENVIRONMENT, Scope.SHARED)
NAMED_BY_PATH = ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::IAM::InstanceProfile")


#: The random parts that this module makes up.
IDENTITY = re.compile(r"[0-9a-f]{17}|[0-9A-F]{12,13}")


@dataclass(frozen=True, kw_only=True)
class Member:
    """An environment file, as planning needs it: its target, values by scope, and release."""

    target: Target
    values: Values
    release: Release


@dataclass(frozen=True, kw_only=True)
class Root(ResourceView):
    """One root stack: its evaluated resources by path, with functions resolved to texts."""

    member: str
    step: RootStep
    folder: Path
    #: The root's own template under the empty name, and those nested in it.
    templates: Mapping[str, TemplateBody] = field(default_factory=dict)
    subjects: Mapping[str, Subject] = field(default_factory=dict)

    @property
    def address(self) -> StackAddress:
        """The stack's address."""
        return self.step.address

    @property
    def account(self) -> str:
        """The account of the stack."""
        return self.step.account

    @property
    def owner(self) -> str:
        """The value of the tag `environment` of its resources; empty without one."""
        return self.step.environment

    def file_of(self, path: str) -> Path:
        """Return the template that declares the resource at `path`."""
        nested = path.rpartition("/")[0]
        files = {child.logical_id: child.file for child in self.step.template.children}
        if nested in files:
            return self.folder / files[nested]
        return self.folder / "roots" / self.step.template.name


@dataclass(frozen=True)
class Platform:
    """The members, in the order of their names, and their roots."""

    members: tuple[Member, ...]
    roots: tuple[Root, ...]

    def of(self, member: str) -> tuple[Root, ...]:
        """Return the roots of one environment file."""
        return tuple(root for root in self.roots if root.member == member)

    def names(self, *scopes: Scope) -> tuple[str, ...]:
        """Return the names of the files of these scopes."""
        return tuple(m.target.name for m in self.members if m.target.scope in scopes)

    def target(self, name: str) -> Target:
        """Return the target of an environment file."""
        return next(m.target for m in self.members if m.target.name == name)


def read_platform(members: Iterable[Member]) -> Platform:
    """Return the platform of these members; raises InputError for templates that are missing."""
    ordered = tuple(sorted(members, key=lambda member: member.target.name))
    steps = {
        step.address: (member, step)
        for member in ordered
        for step in planned_steps(member.target, member.values, member.release)
    }
    builder = _Builder(steps)
    return Platform(ordered, tuple(builder.root(address) for address in steps))


class _Builder:
    """Resolves the roots, whose parameters are outputs of others."""

    def __init__(self, steps: Mapping[StackAddress, tuple[Member, RootStep]]) -> None:
        self._steps = steps
        self._resolvers: dict[StackAddress, _Resolver] = {}

    def root(self, address: StackAddress) -> Root:
        member, step = self._steps[address]
        resolver = self._resolver(address)
        resources = {path: resolver.resource(path) for path in resolver.resources}
        return Root(
            member=member.target.name,
            step=step,
            folder=member.release.folder,
            templates=resolver.templates,
            resources=resources,
            subjects={path: resolver.subject(path) for path in resolver.resources},
        )

    def _resolver(self, address: StackAddress) -> "_Resolver":
        if address not in self._resolvers:
            _, step = self._steps[address]
            values = {name: self._value(value) for name, value in step.parameters.items()}
            known = {name: value for name, value in values.items() if value is not None}
            self._resolvers[address] = _Resolver(step, known)
        return self._resolvers[address]

    def _value(self, value: str | OutputOf) -> str | None:
        if isinstance(value, str):
            return value
        if value.address not in self._steps:
            return value.default
        return self._resolver(value.address).output(value.output) or value.default


class _Resolver:
    """One root: names and attributes of its resources, and values with functions applied."""

    def __init__(self, step: RootStep, values: Mapping[str, str]) -> None:
        self._step = step
        template = step.template
        nested = {c.logical_id: _body(c.content, c.file) for c in template.children}
        self.templates = {"": template.body, **nested}
        pseudo = {
            "AWS::AccountId": step.account,
            "AWS::Region": step.region,
            "AWS::StackName": step.stack_name,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
        }
        self._root = EvaluatedTemplate(
            template=template.body, values={**pseudo, **values}, templates=self.templates
        )
        self.resources = evaluate(self.templates, {**pseudo, **values})
        self._subjects: dict[str, Subject] = {}

    def output(self, name: str) -> str | None:
        """Return an output's text; None if the template has none."""
        declared = self._root.template.get("Outputs", {}).get(name)
        if declared is None:
            return None
        value = self.value(self._root.value(declared["Value"]))
        return ",".join(map(str, value)) if isinstance(value, list) else str(value)

    def resource(self, path: str) -> TemplateBody:
        """Return the resource at `path` with its properties resolved."""
        resource = self.resources[path]
        return {**resource, "Properties": self.value(resource.get("Properties", {}))}

    def value(self, value: Any) -> Any:
        """Return a value with the references to resources and parameters resolved to texts."""
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if not isinstance(value, dict):
            return value
        resolved = {key: self.value(item) for key, item in value.items() if not is_function(value)}
        if not is_function(value):
            return resolved
        ((name, argument),) = value.items()
        return self._function(name, argument)

    def _function(self, name: str, argument: Any) -> Any:
        match name:
            case "Ref":
                return self._reference(str(argument))
            case "Fn::GetAtt":
                return self.attribute(str(argument[0]), str(argument[1]))
            case "Fn::Join":
                return joined(argument[0], self.value(argument[1]))
            case "Fn::Split":
                return split(argument[0], self.value(argument[1]))
            case "Fn::Select":
                return selected(argument[0], self.value(argument[1]))
        return {name: self.value(argument)}

    def _reference(self, path: str) -> Any:
        if path not in self.resources:
            return {"Ref": path}
        kind = self.resources[path]["Type"]
        identifier = schemas.primary_identifier(kind)
        if kind == "AWS::SecretsManager::Secret" or _is_arn(identifier):
            return self.attribute(path, "Arn")
        return self.subject(path).physical_id

    def attribute(self, path: str, name: str) -> Any:
        """Return an attribute of a resource: its ARN, or a text that no other resource has."""
        if path not in self.resources:
            return {"Fn::GetAtt": [path, name]}
        subject = self.subject(path)
        if name.endswith("Arn"):
            return arn_of(subject)
        return subject.physical_id if name.endswith("Name") else f"{subject.physical_id}.{name}"

    def subject(self, path: str) -> Subject:
        """Return the resource at `path` as ARNs are made of it."""
        if path not in self._subjects:
            self._subjects[path] = self._subject(path)
        return self._subjects[path]

    def _subject(self, path: str) -> Subject:
        resource = self.resources[path]
        kind, properties = resource["Type"], resource.get("Properties", {})
        nested, _, logical_id = path.rpartition("/")
        own = _identity(f"{self._step.address}/{path}")
        stack = f"{self._step.stack_name}-{nested}-{own[:13]}" if nested else self._step.stack_name
        names = schemas.name_properties(kind)
        given = next((self.value(properties[n]) for n in names if n in properties), None)
        has_name = bool(names) or kind in ("AWS::SNS::Topic", "AWS::SQS::Queue")
        made_up = f"{stack}-{logical_id}-{own[:12]}" if has_name else f"{own.lower()}"
        return Subject(
            type_name=kind,
            operation="read",
            stack_name=stack,
            logical_id=logical_id,
            account=self._step.account,
            region=self._step.region,
            properties=_Lazy(properties, self),
            physical_id=given if isinstance(given, str) else made_up,
        )


class _Lazy(Mapping[str, Any]):
    """Properties that are resolved when they are read: names refer to each other."""

    def __init__(self, properties: Mapping[str, Any], resolver: _Resolver) -> None:
        self._properties = properties
        self._resolver = resolver

    def __getitem__(self, key: str) -> Any:
        return self._resolver.value(self._properties[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._properties)

    def __len__(self) -> int:
        return len(self._properties)


@functools.lru_cache(maxsize=256)
def _body(content: bytes, name: str) -> TemplateBody:
    """Return a nested template; environments share the same ones."""
    return parse_template(content.decode(), name)


def arn_of(subject: Subject) -> str:
    """Return the ARN of a resource; its physical id where IAM knows no such type."""
    if subject.type_name in NAMED_BY_PATH:
        word = re.sub(r"(?<!^)(?=[A-Z])", "-", subject.kind).lower().removeprefix("managed-")
        path = subject.properties.get("Path", "/")
        return f"arn:aws:iam::{subject.account}:{word}{path}{subject.physical_id}"
    if subject.type_name == "AWS::Logs::LogGroup":
        place = f"{subject.region}:{subject.account}"
        return f"arn:aws:logs:{place}:log-group:{subject.physical_id}:*"
    kinds = types_of(subject)
    longest = max(kinds, key=lambda kind: len(kind.arn), default=None)  # `app/` of load balancers
    return own_arn(longest, subject) if longest else subject.physical_id


def _is_arn(identifier: tuple[str, ...]) -> bool:
    return bool(identifier) and identifier[-1].endswith("Arn")


def _identity(path: str) -> str:
    """Return a text of digits and letters for one resource, in place of its random part."""
    return hashlib.sha256(path.encode()).hexdigest()[:17].upper()
