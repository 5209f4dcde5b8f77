"""Template text, YAML or JSON, as plain data with long-form functions."""

import json
from typing import Any

import yaml

from tidegen.errors import InputError

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # pragma: no cover - PyYAML without libyaml: same data, slower
    from yaml import SafeLoader as _Base  # type: ignore[assignment]


class _Loader(_Base):
    """A safe loader that knows CloudFormation's short forms."""


def _function(loader: Any, name: str, node: yaml.Node) -> dict[str, Any]:
    argument: Any
    if isinstance(node, yaml.ScalarNode):
        argument = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        argument = loader.construct_sequence(node, deep=True)
    else:
        argument = loader.construct_mapping(node, deep=True)
    if name == "GetAtt" and isinstance(argument, str):
        argument = argument.split(".", 1)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": argument}


def _text(loader: Any, node: yaml.Node) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_multi_constructor("!", _function)
# `2010-09-09` is the format's version, not a date.
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _text)


def parse_template(text: str, where: str = "template") -> dict[str, Any]:
    """Return the template in `text`; raise InputError, naming `where`, if there is none."""
    try:
        body = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _Loader)  # noqa: S506 - a safe loader's subclass
    except (yaml.YAMLError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise InputError(f"{where}: is not a template ({first}); run 'tidegen render'") from error
    if not isinstance(body, dict):
        raise InputError(f"{where}: is not a template; run 'tidegen render'")
    return body
