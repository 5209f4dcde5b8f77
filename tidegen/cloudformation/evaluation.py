"""Evaluation of templates with given parameter values: conditions decided, functions applied.

A value that only a deployment knows, an ARN for instance, stays a function of a named resource:
`{"Fn::GetAtt": ["Network/Vpc", "CidrBlock"]}`. Resources are named by their path from the root, so
that values can be followed from one nested stack into the other. A function that this module cannot
evaluate stays, with its arguments evaluated: two values are equal where function and arguments are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tidegen.cloudformation.resources import EXPORT, STACK_TYPE, Resources, TemplateBody
from tidegen.cloudformation.values import is_function

Values = Mapping[str, Any]
#: The value of a property that CloudFormation removes (AWS docs, "Pseudo parameters reference").
_NO_VALUE = {"Ref": "AWS::NoValue"}


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
        return {
            self._at(name): self._resource(resource)
            for name, resource in self._declared().items()
            if self._is_created(resource) and name not in self.nested_ids()
        } | dict(self._exports())

    def _exports(self) -> Iterator[tuple[str, TemplateBody]]:
        """Yield the exports as resources: other stacks may depend on their name and value."""
        for name, output in self.template.get("Outputs", {}).items():
            if "Export" in output and self._is_created(output):
                about = {"Name": output["Export"]["Name"], "Value": output["Value"]}
                yield self._at(name), {"Type": EXPORT, "Properties": self.value(about)}

    def nested_ids(self) -> tuple[str, ...]:
        """Return the logical ids of the nested stacks whose templates are known."""
        return tuple(
            name
            for name, resource in self._declared().items()
            if resource.get("Type") == STACK_TYPE
            and name in self.templates
            and self._is_created(resource)
        )

    def nested(self, logical_id: str) -> "EvaluatedTemplate":
        """Return the scope of a nested stack: its template with the values that this one passes."""
        if logical_id not in self._nested:
            given = self._declared()[logical_id].get("Properties", {}).get("Parameters", {})
            pseudo = {name: value for name, value in self.values.items() if "::" in name}
            values = {**pseudo, **self.value(given)}
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
        """Return whether the condition of that name holds."""
        if condition not in self._decided:
            self._decided[condition] = self._holds(self.template["Conditions"][condition])
        return self._decided[condition]

    def _declared(self) -> Mapping[str, Any]:
        resources: Mapping[str, Any] = self.template.get("Resources", {})
        return resources

    def _is_created(self, resource: Mapping[str, Any]) -> bool:
        return "Condition" not in resource or self.decided(resource["Condition"])

    def _resource(self, resource: TemplateBody) -> TemplateBody:
        rest = {key: item for key, item in resource.items() if key not in ("Condition", "Type")}
        return {"Type": resource["Type"], **self.value(rest)}

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
        return apply(argument) if apply else {name: self.value(argument)}

    def _joined(self, argument: Any) -> Any:
        return _joined(*self.value(argument))

    def _split(self, argument: Any) -> Any:
        return _split(*self.value(argument))

    def _selected(self, argument: Any) -> Any:
        return _selected(*self.value(argument))

    def _chosen(self, argument: Any) -> Any:
        condition, yes, no = argument
        return self.value(yes if self.decided(condition) else no)

    def _mapped(self, argument: Any) -> Any:
        first, second, third = self.value(argument)
        return self.template["Mappings"][first][second][third]

    def _reference(self, name: str) -> Any:
        declared = self.template.get("Parameters", {}).get(name)
        if declared is None:
            known = self.values.get(name) if "::" in name else None
            return known or {"Ref": name if "::" in name else self._at(name)}
        value = self.values.get(name, declared.get("Default"))
        if value is None or declared.get("NoEcho"):
            return {"Ref": self._at(name)}
        is_list = declared["Type"].startswith(("CommaDelimitedList", "List<"))
        return _split(",", value) if is_list else value

    def _attribute(self, names: Sequence[str]) -> Any:
        logical_id, attribute = names
        resource = self._declared().get(logical_id, {})
        if attribute.startswith("Outputs.") and logical_id in self.nested_ids():
            nested = self.nested(logical_id)
            output = nested.template.get("Outputs", {}).get(attribute.removeprefix("Outputs."))
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
        return _joined("", parts)

    def _named(self, name: str, own: Mapping[str, Any]) -> Any:
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in own:
            return self.value(own[name])
        if "." in name:
            return self._attribute(name.split(".", 1))
        return self._reference(name)


def _joined(separator: str, parts: Any) -> Any:
    """Return the parts as one text; a Join where some of them are not known."""
    if not isinstance(parts, list):
        return {"Fn::Join": [separator, parts]}
    texts: list[Any] = []
    for part in parts if separator else _flat(parts):
        known = not isinstance(part, dict)
        text = str(part) if known else part
        if known and texts and isinstance(texts[-1], str):
            texts[-1] += separator + text
        else:
            texts.append(text)
    texts = [text for text in texts if text != ""] if not separator else texts
    if len(texts) == 1:
        return texts[0]
    return {"Fn::Join": [separator, texts]} if texts else ""


def _flat(parts: Iterable[Any]) -> Iterable[Any]:
    """Yield the parts, with those of a Join without separator in its place."""
    for part in parts:
        inner = part.get("Fn::Join") if isinstance(part, dict) else None
        if inner and inner[0] == "" and isinstance(inner[1], list):
            yield from inner[1]
        else:
            yield part


def _split(separator: str, text: Any) -> Any:
    if isinstance(text, str):
        return text.split(separator)
    inner = text.get("Fn::Join") if isinstance(text, dict) else None
    if inner and inner[0] == separator:
        known = [item.split(separator) if isinstance(item, str) else [item] for item in inner[1]]
        return [item for items in known for item in items]
    return text if isinstance(text, list) else {"Fn::Split": [separator, text]}


def _selected(index: Any, items: Any) -> Any:
    known = isinstance(items, list) and str(index).isdigit() and int(index) < len(items)
    return items[int(index)] if known else {"Fn::Select": [index, items]}
