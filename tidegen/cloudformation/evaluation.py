"""Evaluation of templates with given parameter values: conditions decided, functions applied.

A value that only a deployment knows, an ARN for instance, stays a function of a named resource:
`{"Fn::GetAtt": ["Network/Vpc", "CidrBlock"]}`. Resources are named by their path from the root, so
that values can be followed from one nested stack into the other. A function that this module cannot
evaluate stays, with its arguments evaluated: two values are equal where function and arguments are.

Deployed templates can hold what this project never writes: macros, Fn::ForEach, functions that are
newer than this module. Nothing of it is an error here: what cannot be evaluated is a resource of
the pseudo type UNFORESEEN, with the reason.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tidegen.cloudformation.functions import joined, one_line, selected, split
from tidegen.cloudformation.resources import (
    EXPORT,
    STACK_TYPE,
    Resources,
    TemplateBody,
    section,
    unforeseen,
)
from tidegen.cloudformation.values import is_function

Values = Mapping[str, Any]
#: The value of a property that CloudFormation removes (AWS docs, "Pseudo parameters reference").
_NO_VALUE = {"Ref": "AWS::NoValue"}
#: Raised by functions whose arguments have another form than the documented one.
_MALFORMED = (AttributeError, LookupError, RecursionError, TypeError, ValueError)


class UndecidableError(ValueError):
    """A condition whose value this module cannot decide."""


def evaluate(templates: Mapping[str, TemplateBody], values: Values) -> Resources:
    """Return the resources of a root and the stacks nested in it, by path, evaluated with `values`.

    `templates` holds the root under the empty path, and each nested template under its logical id;
    `values` are parameters of the root, and pseudo parameters such as `AWS::Region`. Resources of
    type Stack whose template is given are left out: their own resources take their place.
    """
    root = EvaluatedTemplate(template=templates.get("", {}), values=values, templates=templates)
    resources = dict(root.resources())
    for logical_id in root.nested_ids():
        resources |= root.nested(logical_id).resources()
    return dict(sorted(resources.items()))


@dataclass(kw_only=True)
class EvaluatedTemplate:
    """One template with its parameters' values, and the templates nested in it."""

    template: TemplateBody
    values: Values
    path: str = ""
    templates: Mapping[str, TemplateBody] = field(default_factory=dict)
    _nested: dict[str, "EvaluatedTemplate"] = field(default_factory=dict, init=False)
    _decided: dict[str, bool] = field(default_factory=dict, init=False)

    def resources(self) -> Resources:
        """Return the resources that the conditions create, by path, without nested templates."""
        nested = self.nested_ids()
        found = {
            self._at(name): resource
            for name, declared in self._all_declared().items()
            if name not in nested
            for resource in self._created(name, declared)
        }
        return found | dict(self._exports()) | dict(self._transforms())

    def _created(self, name: str, declared: Any) -> Iterator[TemplateBody]:
        """Yield the evaluated resource; nothing if its condition does not create it."""
        if not isinstance(declared, dict) or not isinstance(declared.get("Type"), str):
            yield unforeseen(f"{name.rpartition('::')[0] or 'a resource without a Type'}")
            return
        try:
            if self._is_created(declared):
                yield self._resource(declared)
        except UndecidableError as error:
            yield unforeseen(str(error))

    def _transforms(self) -> Iterator[tuple[str, TemplateBody]]:
        """Yield the macros of the template, which may make any resource of it another one."""
        macros = self.template.get("Transform")
        if macros:
            yield self._at("Transform"), unforeseen(f"Transform {one_line(macros)}")

    def _exports(self) -> Iterator[tuple[str, TemplateBody]]:
        """Yield the exports as resources: other stacks may depend on their name and value."""
        for name, output in section(self.template, "Outputs").items():
            export = output.get("Export")
            if isinstance(export, Mapping) and self._may_be_created(output):
                about = {"Name": export.get("Name"), "Value": output.get("Value")}
                yield self._at(name), {"Type": EXPORT, "Properties": self.value(about)}

    def nested_ids(self) -> tuple[str, ...]:
        """Return the logical ids of the nested stacks whose templates are known."""
        return tuple(
            name
            for name, resource in self._declared.items()
            if resource.get("Type") == STACK_TYPE
            and name in self.templates
            and self._may_be_created(resource)
        )

    def nested(self, logical_id: str) -> "EvaluatedTemplate":
        """Return the scope of a nested stack: its template with the values that this one passes."""
        if logical_id not in self._nested:
            properties = section(self._declared[logical_id], "Properties", of=object)
            given = self.value(section(properties, "Parameters", of=object))
            pseudo = {name: value for name, value in self.values.items() if "::" in name}
            values = {**pseudo, **given}
            self._nested[logical_id] = EvaluatedTemplate(
                template=self.templates[logical_id], values=values, path=self._at(logical_id)
            )
        return self._nested[logical_id]

    def value(self, expression: Any) -> Any:
        """Return `expression` with every function evaluated that can be."""
        if isinstance(expression, list):
            items = [self.value(item) for item in expression]
            return [item for item in items if item != _NO_VALUE]
        if not isinstance(expression, dict):
            return expression
        if len(expression) == 1:
            ((name, argument),) = expression.items()
            if is_function(expression):
                return self._function(name, argument)
        entries = {key: self.value(item) for key, item in expression.items()}
        return {key: item for key, item in entries.items() if item != _NO_VALUE}

    def decided(self, condition: str) -> bool:
        """Return whether the condition of that name holds; raise UndecidableError if unknown."""
        if not isinstance(condition, str):
            raise UndecidableError(f"condition {one_line(condition)}")
        if condition not in self._decided:
            try:
                self._decided[condition] = self._holds(self.template["Conditions"][condition])
            except _MALFORMED as error:
                raise UndecidableError(f"condition {condition}") from error
        return self._decided[condition]

    @cached_property
    def _declared(self) -> Mapping[str, Any]:
        return section(self.template, "Resources")

    @cached_property
    def _parameters(self) -> Mapping[str, Any]:
        return section(self.template, "Parameters")

    def _all_declared(self) -> Mapping[str, Any]:
        return section(self.template, "Resources", of=object)

    def _may_be_created(self, resource: Mapping[str, Any]) -> bool:
        """Return whether the condition creates the resource, or cannot be decided."""
        try:
            return self._is_created(resource)
        except UndecidableError:
            return True

    def _is_created(self, resource: Mapping[str, Any]) -> bool:
        return "Condition" not in resource or self.decided(resource["Condition"])

    def _resource(self, resource: TemplateBody) -> TemplateBody:
        rest = {key: item for key, item in resource.items() if key not in ("Condition", "Type")}
        evaluated = {"Type": resource["Type"], **self.value(rest)}
        if not isinstance(evaluated.get("Properties", {}), Mapping):
            return unforeseen("Properties that are no mapping")
        return evaluated

    def _at(self, logical_id: str) -> str:
        return f"{self.path}/{logical_id}" if self.path else logical_id

    def _holds(self, condition: Any) -> bool:
        ((name, argument),) = condition.items()
        match name:
            case "Condition":
                return self.decided(argument)
            case "Fn::And":
                return all(self._holds(item) for item in argument)
            case "Fn::Or":
                return any(self._holds(item) for item in argument)
            case "Fn::Not":
                return not self._holds(argument[0])
            case _:
                # A value that is not known yet counts as different from any written one.
                left, right = self.value(argument)
                return bool(left == right)

    def _function(self, name: str, argument: Any) -> Any:
        apply: Callable[[Any], Any] | None = {
            "Ref": self._reference,
            "Fn::GetAtt": self._attribute,
            "Fn::If": self._chosen,
            "Fn::Sub": self._substituted,
            "Fn::FindInMap": self._mapped,
            "Fn::Join": self._joined,
            "Fn::Split": self._split,
            "Fn::Select": self._selected,
        }.get(name)
        try:
            return apply(argument) if apply else {name: self.value(argument)}
        except _MALFORMED:
            return {name: argument}

    def _joined(self, argument: Any) -> Any:
        return joined(*self.value(argument))

    def _split(self, argument: Any) -> Any:
        return split(*self.value(argument))

    def _selected(self, argument: Any) -> Any:
        return selected(*self.value(argument))

    def _chosen(self, argument: Any) -> Any:
        condition, yes, no = argument
        return self.value(yes if self.decided(condition) else no)

    def _mapped(self, argument: Any) -> Any:
        first, second, third, *rest = self.value(argument)
        try:
            return self.template["Mappings"][first][second][third]
        except LookupError:
            return rest[0]["DefaultValue"]

    def _reference(self, name: str) -> Any:
        declared = self._parameters.get(name)
        if declared is None:
            known = self.values.get(name) if "::" in name else None
            return known or {"Ref": name if "::" in name else self._at(name)}
        value = self.values.get(name, declared.get("Default"))
        if value is None or declared.get("NoEcho"):
            return {"Ref": self._at(name)}
        is_list = declared["Type"].startswith(("CommaDelimitedList", "List<"))
        return split(",", value) if is_list else value

    def _attribute(self, names: Any) -> Any:
        logical_id, attribute = names.split(".", 1) if isinstance(names, str) else names
        if not isinstance(attribute, str):
            return {"Fn::GetAtt": [self._at(logical_id), self.value(attribute)]}
        resource = self._declared.get(logical_id, {})
        if attribute.startswith("Outputs.") and logical_id in self.nested_ids():
            nested = self.nested(logical_id)
            output = section(nested.template, "Outputs").get(attribute.removeprefix("Outputs."))
            if output:
                return nested.value(output["Value"])
        if "Type" not in resource:
            return {"Fn::GetAtt": [logical_id, attribute]}
        return {"Fn::GetAtt": [self._at(logical_id), attribute]}

    def _substituted(self, argument: Any) -> Any:
        text, own = argument if isinstance(argument, list) else (argument, {})
        parts: list[Any] = []
        head, *rest = text.split("${")
        parts.append(head)
        for part in rest:
            name, _, tail = part.partition("}")
            parts += [self._named(name, own), tail]
        return joined("", parts)

    def _named(self, name: str, own: Mapping[str, Any]) -> Any:
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in own:
            return self.value(own[name])
        if "." in name:
            return self._attribute(name.split(".", 1))
        return self._reference(name)
