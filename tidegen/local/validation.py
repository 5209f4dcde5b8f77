"""Check properties against the type's registry schema, like CloudFormation.

The schemas use a part of JSON Schema draft 7 and a few keywords of cfn-lint's; each keyword is
one function here. Scalars are converted first, as CloudFormation does (`scalars`).
"""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from tidegen.cloudformation.schemas import Schema, property_names, resolve, schema_of
from tidegen.local.scalars import converted, is_type

Problems = Iterator[str]
_Check = Callable[[Any, Any, str], Problems]

_PREFIX = "Model validation failed"
_EARLY = ("required", "enum")  # the keywords that CloudFormation checks before a deploy
_SYSTEM_TAG = "aws:"


def validated(type_name: str, properties: dict[str, Any], region: str) -> dict[str, Any]:
    """Return `properties` with their scalars converted to the types of the schema.

    Raises ValueError, worded like CloudFormation, for an unknown or missing property, a wrong
    type, a value outside its enum, pattern or range, and for a read-only property.
    """
    schema = schema_of(type_name, region)
    value = converted_properties(type_name, properties, region)
    problems = [*_read_only(schema, value), *Checker(schema).problems(schema, value, "#")]
    if problems:
        raise ValueError(f"{_PREFIX} ({', '.join(dict.fromkeys(problems))})")
    return value


def early_problems(
    type_name: str, properties: dict[str, Any], unknown: Collection[str], region: str
) -> Problems:
    """Yield the problems that CloudFormation sees before a deploy, properties in `unknown` aside.

    These exist, with a value that only the deploy knows. Checked are required and unknown keys,
    types and enums. The limits and combinations of cfn-lint's schemas are left to the deploy: many
    are limits of the services, which the registry's schemas do not have.
    """
    schema = schema_of(type_name, region)
    value = converted_properties(type_name, properties, region)
    checker = Checker(schema, early=True)
    yield from _read_only(schema, value)
    yield from _unknown(schema, value, "#")
    yield from _required(schema.get("required", []), value, "#")
    for name in value:
        if name not in unknown:
            yield from checker.member_problems(schema, name, value[name])


def converted_properties(type_name: str, properties: dict[str, Any], region: str) -> dict[str, Any]:
    """Return `properties` with their scalars converted, without the tags CloudFormation adds."""
    schema = schema_of(type_name, region)
    value: dict[str, Any] = Checker(schema).convert(schema, _without_system_tags(properties))
    return value


def _read_only(schema: Schema, value: dict[str, Any]) -> Problems:
    """Yield the read-only properties that the template sets."""
    settable = {name.split(".")[0] for name in property_names(schema, "createOnlyProperties")}
    for name in property_names(schema, "readOnlyProperties"):
        if name in value and name not in settable:
            yield f"#: extraneous key [{name}] is not permitted: it is read-only"


def _without_system_tags(properties: dict[str, Any]) -> dict[str, Any]:
    """Return `properties` without the `aws:` tags, which CloudFormation adds, not templates."""
    own = {name: _own_tags(value) if "Tag" in name else value for name, value in properties.items()}
    return {name: own[name] for name in own if own[name] or not properties[name]}


def _own_tags(tags: Any) -> Any:
    """Return `tags` without those whose key starts with `aws:`."""
    if isinstance(tags, dict):
        return {key: value for key, value in tags.items() if not key.startswith(_SYSTEM_TAG)}
    if isinstance(tags, list):
        return [tag for tag in tags if not _is_system_tag(tag)]
    return tags


def _is_system_tag(tag: Any) -> bool:
    """Return whether `tag` is one that CloudFormation adds."""
    return isinstance(tag, dict) and str(tag.get("Key", "")).startswith(_SYSTEM_TAG)


class Checker:
    """Checks values against the parts of one schema."""

    def __init__(self, schema: Schema, *, early: bool = False) -> None:
        """Keep the whole schema for references; `early` checks only keys, types and enums."""
        self._schema = schema
        self._early = early

    def convert(self, node: Schema, value: Any) -> Any:
        """Return `value` with every scalar converted to its type in `node`."""
        node = resolve(self._schema, node)
        value = converted(value, _types(node))
        if isinstance(value, dict):
            return {key: self.convert(self._member(node, key), value[key]) for key in value}
        if isinstance(value, list):
            return [self.convert(node.get("items") or {}, item) for item in value]
        return value

    def problems(self, node: Schema, value: Any, path: str) -> Problems:
        """Yield the problems of `value` at `path`, in CloudFormation's words."""
        node = resolve(self._schema, node)
        types = _types(node)
        if types and not any(is_type(value, name) for name in types):
            yield f"{path}: expected type: {types[0].capitalize()}, found: {_type_name(value)}"
            return
        for keyword, argument in node.items():
            check = _CHECKS.get(keyword)
            if check is not None and (keyword in _EARLY or not self._early):
                yield from check(argument, value, path)
        yield from self._nested(node, value, path)
        if not self._early:
            yield from self._combined(node, value, path)

    def member_problems(self, node: Schema, key: str, value: Any) -> Problems:
        """Yield the problems of one property of `node`."""
        return self.problems(self._member(node, key), value, f"#/{key}")

    def _member(self, node: Schema, key: str) -> Schema:
        """Return the schema of property `key` of `node`; empty if it has none."""
        if key in node.get("properties", {}):
            return dict(node["properties"][key])
        for pattern, member in node.get("patternProperties", {}).items():
            if _matches(pattern, key):
                return dict(member)
        additional = node.get("additionalProperties")
        return additional if isinstance(additional, dict) else {}

    def _nested(self, node: Schema, value: Any, path: str) -> Problems:
        """Yield the problems inside an object or a list."""
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.problems(node.get("items") or {}, item, f"{path}/{index}")
        if isinstance(value, dict):
            yield from _unknown(node, value, path)
            for key in value:
                yield from self.problems(self._member(node, key), value[key], f"{path}/{key}")

    def _combined(self, node: Schema, value: Any, path: str) -> Problems:
        """Yield the problems of `allOf`, `anyOf`, `oneOf`, `not` and `if`."""
        for part in node.get("allOf", []):
            yield from self.problems(part, value, path)
        for keyword, allowed in (("anyOf", range(1, 1000)), ("oneOf", range(1, 2))):
            if keyword in node:
                count = sum(self._fits(part, value) for part in node[keyword])
                if count not in allowed:
                    total = len(node[keyword])
                    yield f"{path}: #: {count} subschemas matched instead of one out of {total}"
        if "not" in node and self._fits(node["not"], value):
            yield f"{path}: subject must not be valid against schema"
        if "if" in node:
            branch = "then" if self._fits(node["if"], value) else "else"
            yield from self.problems(node.get(branch, {}), value, path)

    def _fits(self, node: Schema, value: Any) -> bool:
        """Return whether `value` is valid against `node`."""
        return next(self.problems(node, self.convert(node, value), ""), None) is None


def _types(node: Schema) -> list[str]:
    """Return the JSON types that `node` allows; empty if it allows all."""
    types = node.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _type_name(value: Any) -> str:
    """Return the name CloudFormation gives to the type of `value`."""
    if isinstance(value, bool):
        return "Boolean"
    names: dict[type, str] = {str: "String", dict: "JSONObject", list: "JSONArray"}
    return names.get(type(value), "Number")


def _unknown(node: Schema, value: dict[str, Any], path: str) -> Problems:
    """Yield the unknown keys of an object without additional properties."""
    if node.get("additionalProperties") is not False:
        return
    known, patterns = node.get("properties", {}), node.get("patternProperties", {})
    for key in value:
        if key not in known and not any(_matches(pattern, key) for pattern in patterns):
            yield f"{path}: extraneous key [{key}] is not permitted"


def _matches(pattern: str, text: str) -> bool:
    """Return whether `pattern` matches in `text`; one that Python cannot compile always does."""
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True


def _required(names: list[str], value: Any, path: str) -> Problems:
    for name in names:
        if isinstance(value, dict) and name not in value:
            yield f"{path}: required key [{name}] not found"


def _required_xor(names: list[str], value: Any, path: str) -> Problems:
    if isinstance(value, dict) and sum(name in value for name in names) != 1:
        yield f"{path}: exactly one of {names} is required"


def _dependencies(rules: dict[str, list[str]], value: Any, path: str) -> Problems:
    for name, others in rules.items():
        if isinstance(value, dict) and name in value and isinstance(others, list):
            yield from _required(others, value, path)


def _excluded(rules: dict[str, list[str]], value: Any, path: str) -> Problems:
    for name, others in rules.items():
        for other in others if isinstance(value, dict) and name in value else []:
            if other in value:
                yield f"{path}: [{other}] cannot be given with [{name}]"


def _enum(values: list[Any], value: Any, path: str) -> Problems:
    if value not in values and str(value) not in map(str, values):
        yield f"{path}: {value} is not a valid enum value; allowed: {values}"


def _enum_any_case(values: list[str], value: Any, path: str) -> Problems:
    if str(value).lower() not in [item.lower() for item in values]:
        yield f"{path}: {value} is not a valid enum value; allowed: {values}"


def _pattern(pattern: str, value: Any, path: str) -> Problems:
    if isinstance(value, str) and not _matches(pattern, value):
        yield f"{path}: failed validation constraint for keyword [pattern]: {pattern}"


def _limit(keyword: str, kinds: tuple[type, ...], fits: Callable[[Any, Any], bool]) -> _Check:
    """Return the check of a keyword that limits a value or a size."""

    def check(limit: Any, value: Any, path: str) -> Problems:
        if isinstance(value, kinds) and not isinstance(value, bool) and not fits(value, limit):
            yield f"{path}: failed validation constraint for keyword [{keyword}]: {limit}"

    return check


def _unique(wanted: bool, value: Any, path: str) -> Problems:
    if wanted and isinstance(value, list) and len({repr(item) for item in value}) < len(value):
        yield f"{path}: array items are not unique"


_CHECKS: dict[str, _Check] = {
    "required": _required,
    "requiredXor": _required_xor,
    "dependencies": _dependencies,
    "dependentRequired": _dependencies,
    "dependentExcluded": _excluded,
    "enum": _enum,
    "const": lambda expected, value, path: _enum([expected], value, path),
    "enumCaseInsensitive": _enum_any_case,
    "pattern": _pattern,
    "uniqueItems": _unique,
    "minimum": _limit("minimum", (int, float), lambda value, limit: value >= limit),
    "maximum": _limit("maximum", (int, float), lambda value, limit: value <= limit),
    "minLength": _limit("minLength", (str,), lambda value, limit: len(value) >= limit),
    "maxLength": _limit("maxLength", (str,), lambda value, limit: len(value) <= limit),
    "minItems": _limit("minItems", (list,), lambda value, limit: len(value) >= limit),
    "maxItems": _limit("maxItems", (list,), lambda value, limit: len(value) <= limit),
    "minProperties": _limit("minProperties", (dict,), lambda value, limit: len(value) >= limit),
    "maxProperties": _limit("maxProperties", (dict,), lambda value, limit: len(value) <= limit),
    "multipleOf": _limit("multipleOf", (int, float), lambda value, limit: value % limit == 0),
}
