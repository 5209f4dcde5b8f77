"""CloudFormation YAML for people: short-form intrinsics, block text, folded long lines.

cfn-flip writes the same form but through PyYAML's pure-Python emitter, about ten times slower; this
builds the node tree for libyaml's emitter, without anchors or aliases: CloudFormation rejects them.
"""

from typing import Any

import yaml

from tidegen.cloudformation.values import is_function

try:
    from yaml import CDumper as Dumper
except ImportError:  # PyYAML without libyaml: same bytes, slower
    from yaml import Dumper  # type: ignore[assignment]

_TEXT = "tag:yaml.org,2002:str"
_WIDTH = 100
_SHORT = {
    "Ref": "!Ref",
    **{
        f"Fn::{name}": f"!{name}"
        for name in (
            "And",
            "Base64",
            "Cidr",
            "Equals",
            "FindInMap",
            "GetAtt",
            "GetAZs",
            "If",
            "Join",
            "Not",
            "Or",
            "Select",
            "Split",
            "Sub",
        )
    },
}


def yaml_text(template: dict[str, Any]) -> str:
    """Return the template as YAML, all ASCII, that reads back as exactly `template`.

    CloudFormation's GetTemplate shows other characters as `?`; escapes stay (coverage-roadmap#814).
    """
    return yaml.serialize(_node(template), Dumper=Dumper, width=_WIDTH, allow_unicode=False)


def _node(value: Any) -> yaml.Node:
    if isinstance(value, dict):
        return _short_form(value) or _mapping(value)
    if isinstance(value, (list, tuple)):
        items = [_node(item) for item in value]
        return yaml.SequenceNode("tag:yaml.org,2002:seq", items, flow_style=not items)
    return _scalar(value)


def _mapping(value: dict[str, Any]) -> yaml.MappingNode:
    pairs = [(_scalar(key), _node(item)) for key, item in value.items()]
    return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=not pairs)


def _scalar(value: Any) -> yaml.ScalarNode:
    if isinstance(value, bool):
        return yaml.ScalarNode("tag:yaml.org,2002:bool", "true" if value else "false")
    if isinstance(value, int):
        return yaml.ScalarNode("tag:yaml.org,2002:int", str(value))
    if isinstance(value, float):
        return yaml.ScalarNode("tag:yaml.org,2002:float", repr(value))
    if not isinstance(value, str):
        raise TypeError(f"a template cannot hold {value!r}")
    return yaml.ScalarNode(_TEXT, value, style=_style(value))


def _style(text: str) -> str | None:
    """Return block style for scripts and policies; the emitter quotes other texts as needed."""
    return "|" if "\n" in text else None


def _short_form(value: dict[str, Any]) -> yaml.Node | None:
    """Return `!Sub text` for `{"Fn::Sub": "text"}`; None where the long form has to stay.

    A short form cannot directly contain another (`!Base64 !Sub x` is not YAML), so a function keeps
    its long form unless its argument is text or a list.
    """
    if len(value) != 1:
        return None
    ((name, argument),) = value.items()
    tag = _SHORT.get(name)
    if tag is None or not isinstance(argument, (str, list)):
        return None
    if name == "Fn::GetAtt":
        return _attribute(argument)
    node = _node(argument)
    node.tag = tag
    if isinstance(node, yaml.SequenceNode) and isinstance(argument, list):
        node.flow_style = _is_small(argument)
    return node


def _attribute(argument: Any) -> yaml.Node | None:
    """Return `!GetAtt Resource.Attribute`; None for a computed attribute or an unusual form."""
    if not isinstance(argument, list) or not all(isinstance(part, str) for part in argument):
        return None
    return yaml.ScalarNode("!GetAtt", ".".join(argument))


def _is_function(value: Any) -> bool:
    is_condition = isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _SHORT
    return is_condition or is_function(value)


def _is_small(argument: list[Any]) -> bool:
    """Return whether a function's arguments read well on one line."""
    texts = [next(iter(a.values())) if _is_function(a) else a for a in argument]
    flat = all(isinstance(text, (str, int)) for text in texts)
    return flat and sum(len(str(text)) for text in texts) < 60
