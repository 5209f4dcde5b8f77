"""The base of the rules over templates: resources by type, values below Fn::If, texts with paths.

The name begins with an underscore so that cfn-lint does not load this module as a rule. Rules
import the module, never the class: cfn-lint creates an instance of every rule class in a module.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

from tidegen.cloudformation.values import is_function, listed
from tidegen.rules._texts import Documented

Path = tuple[str | int, ...]
#: The path of a fault, and the message.
Problem = tuple[Path, str]
_NO_VALUE = {"Ref": "AWS::NoValue"}
#: Texts for people, in which any word is allowed.
_PROSE = ("Description", "AlarmDescription", "GroupDescription", "Comment", "ConstraintDescription")


class Rule(Documented, CloudFormationLintRule):  # type: ignore[misc] # cfn-lint has no types
    """A rule over a template; `types` are the types of the resources to check, by default all.

    `good` and `bad` are the resources of a template, or a template. The source of a rule over one
    type is by default the page of the type.
    """

    types: tuple[str, ...] = ()

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if not cls.source_url and len(cls.types) == 1:
            cls.source_url = _page(cls.types[0])

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Return the matches in a template; cfn-lint calls this."""
        return [RuleMatch(list(path), message) for path, message in self.problems(view(cfn))]

    def problems(self, template: "View") -> Iterator[Problem]:
        """Yield the problems of a template: by default those of each resource of `types`."""
        for resource in template.resources(*(self.types or template.types)):
            yield from self.check(resource, template)

    def check(self, resource: "Resource", template: "View") -> Iterator[Problem]:
        """Yield the problems of a resource."""
        raise NotImplementedError


class ValueRule(Rule):
    """A rule over one value of each resource: `paths` has its path, by the resource's type."""

    paths: Mapping[str, tuple[str, ...]]

    def __init_subclass__(cls, **arguments: Any) -> None:
        cls.types = tuple(cls.paths)
        super().__init_subclass__(**arguments)

    def check(self, resource: "Resource", template: "View") -> Iterator[Problem]:
        """Yield the fault of each value at the path, and of a missing one, which is None."""
        for path, value in resource.reach(*self.paths[resource.type]):
            message = self.fault(value, resource, template)
            if message:
                yield path, message

    def fault(self, value: Any, resource: "Resource", template: "View") -> str | None:
        """Return a message if the value is at fault."""
        raise NotImplementedError


class TextRule(Rule):
    """A rule over all texts: `pattern` is at fault, `message` has `{}` for the text it matches."""

    pattern: re.Pattern[str]
    message: str

    def problems(self, template: "View") -> Iterator[Problem]:
        """Yield the problem of each match in a text of the template."""
        for path, text in template.texts:
            for match in self.pattern.finditer(text):
                yield path, self.message.replace("{}", match[0])


def _page(type_name: str) -> str:
    """Return the page of a resource type."""
    _, service, name = type_name.lower().split("::")
    return (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
        f"aws-resource-{service}-{name}.html"
    )


def template_of(example: str) -> str:
    """Return an example as a template: resources get their section, a template is unchanged."""
    if "\nResources:" in example:
        return example
    return "Resources:\n" + "\n".join(f"  {line}" for line in example.strip().splitlines()) + "\n"


@dataclass(frozen=True)
class Resource:
    """A resource as its template writes it."""

    name: str
    type: str
    body: Mapping[str, Any]

    @property
    def properties(self) -> Mapping[str, Any]:
        """The properties; empty if they are not a mapping."""
        properties = self.body.get("Properties")
        return properties if isinstance(properties, dict) else {}

    @property
    def waits_for(self) -> frozenset[str]:
        """The logical ids in DependsOn."""
        return frozenset(name for name in listed(self.body.get("DependsOn")) if is_text(name))

    def at(self, *path: str | int) -> Path:
        """Return the path of a part of the resource."""
        return ("Resources", self.name, *path)

    def reach(self, *keys: str) -> Iterator[tuple[Path, Any]]:
        """Yield the values at `keys` below the properties; see `reach`."""
        start = self.at("Properties") if "Properties" in self.body else self.at()
        return reach(self.properties, start, keys)


class View:
    """A template as rules read it."""

    def __init__(self, body: Any) -> None:
        self.body: Mapping[str, Any] = body if isinstance(body, dict) else {}

    def section(self, name: str) -> Mapping[str, Any]:
        """Return a section; empty if it is not a mapping."""
        section = self.body.get(name)
        return section if isinstance(section, dict) else {}

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        groups: dict[str, list[Resource]] = {}
        for name, body in self.section("Resources").items():
            if isinstance(body, dict) and is_text(body.get("Type")):
                groups.setdefault(body["Type"], []).append(Resource(name, body["Type"], body))
        return groups

    @property
    def types(self) -> frozenset[str]:
        """The types of all resources."""
        return frozenset(self._by_type)

    def resources(self, *types: str) -> Iterator[Resource]:
        """Yield the resources of these types."""
        for type_name in types:
            yield from self._by_type.get(type_name, ())

    def referred(self, value: Any, *types: str) -> Resource | None:
        """Return the resource of one of these types that Ref or GetAtt names."""
        name = target(value)
        return next((r for r in self.resources(*types) if r.name == name), None)

    @cached_property
    def texts(self) -> list[tuple[Path, str]]:
        """Every text and number that a deployment reads, and the keys of mappings.

        Prose and Metadata are left out, and so is the version of the template format.
        """
        texts: list[tuple[Path, str]] = []
        names = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs")
        todo: list[tuple[Path, Any]] = [((name,), self.body.get(name)) for name in names]
        while todo:  # no recursion: templates nest deeper than calls can
            path, value = todo.pop()
            if isinstance(value, dict):
                todo += [((*path, key), item) for key, item in value.items() if _is_seen(path, key)]
                if path[0] == "Mappings":
                    texts += [((*path, key), str(key)) for key in value]
            elif isinstance(value, list):
                todo += [((*path, index), item) for index, item in enumerate(value)]
            elif isinstance(value, (str, int)) and not isinstance(value, bool):
                texts.append((path, str(value)))
        return texts


@lru_cache(maxsize=1)
def view(cfn: Template) -> View:
    """Return the template's view, the same for all rules."""
    return View(cfn.template)


def _is_seen(path: Path, key: Any) -> bool:
    is_metadata = key == "Metadata" and len(path) == 2 and path[0] == "Resources"
    return key not in _PROSE and not is_metadata


def reach(value: Any, path: Path, keys: Sequence[str]) -> Iterator[tuple[Path, Any]]:
    """Yield every value at `keys`, with its path, in both branches of Fn::If.

    `*` means each item of a list. A missing value is None, with the path of its innermost existing
    parent. A value that only a deployment knows is left out.
    """
    if not isinstance(value, (dict, list)) and value is not None and keys:
        return
    if is_function(value) and isinstance(value.get("Fn::If"), list):
        for index, branch in enumerate(value["Fn::If"][1:3], 1):
            yield from reach(branch, (*path, "Fn::If", index), keys)
    elif value is None or value == _NO_VALUE:
        yield path, None
    elif not keys:
        yield path, value
    elif not is_function(value):
        yield from _step(value, path, keys)


def _step(value: Any, path: Path, keys: Sequence[str]) -> Iterator[tuple[Path, Any]]:
    key, *rest = keys
    if key == "*":
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from reach(item, (*path, index), rest)
    elif isinstance(value, dict):
        yield from reach(value.get(key), (*path, key) if key in value else path, rest)


def is_text(value: Any) -> bool:
    """Return whether a value is a text."""
    return isinstance(value, str)


def target(value: Any) -> str | None:
    """Return the logical id in Ref or GetAtt; None for any other value."""
    if not is_function(value):
        return None
    name = value.get("Ref", value.get("Fn::GetAtt"))
    first = name[0] if isinstance(name, list) and name else name
    return str(first).partition(".")[0] if is_text(first) else None


def literal(value: Any) -> str:
    """Return a text, or the text of a Sub; empty for any other value."""
    inner = value.get("Fn::Sub") if is_function(value) else value
    first = inner[0] if isinstance(inner, list) and inner else inner
    return str(first) if is_text(first) else ""
