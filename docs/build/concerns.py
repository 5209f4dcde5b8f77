"""A page for each concern: from its contract and its template, with what people wrote of it.

What only a person can say (why, cost, quotas) is in `docs/concerns/<name>.md`, around the line
`PLACEHOLDER`. A concern without such a file has a page all the same, without these parts.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from docs.build.diagrams import diagram, references
from docs.build.markdown import fence, table
from tidegen.cloudformation.resources import TemplateBody
from tidegen.cloudformation.schemas import create_only
from tidegen.cloudformation.stateful import stateful_ids
from tidegen.contract import Concern, Field, Root, Sibling, Source
from tidegen.rendering import render

_Row = tuple[str, ...]

PLACEHOLDER = "<!-- contract -->"
#: The parts that people write; a test asks them of every such file.
WRITTEN = ("## Why it is like this", "## Cost drivers", "## Quotas")


def contract_pages(concerns: tuple[Concern, ...]) -> dict[str, str]:
    """What each concern's contract and template say, as Markdown, by the concern's name."""
    templates = render(concerns, "json").templates
    return {item.name: _contract(item, templates[_file(item)]) for item in concerns}


def index_page(concerns: tuple[Concern, ...]) -> str:
    """Every concern with its scopes and purpose."""
    rows = (
        (f"[{item.name}]({item.name}.md)", ", ".join(item.scopes), item.purpose)
        for item in concerns
    )
    intro = (
        "One template each, the same in every environment. A scope is what one root stack covers:"
        " see [the overview](../index.md). Prices on these pages are list prices in us-west-2, to"
        " show what is worth a look; quotas are AWS's defaults. `tidegen preflight` compares what a"
        " deploy would add with the account's own quotas, where AWS tells them."
    )
    return f"# Concerns\n\n{intro}\n\n{table(('concern', 'scopes', 'purpose'), rows)}\n"


def whole_page(name: str, contract: str, written: str | None) -> str:
    """The whole page; `written` is the text of the concern's own file, if it has one."""
    if written is None:
        return f"# {name}\n\n{contract}\n"
    return written.replace(PLACEHOLDER, contract)


def _file(concern: Concern) -> str:
    scope = concern.scopes[0]
    return f"roots/{scope}.json" if scope.is_direct else f"{concern.name}.json"


def _contract(concern: Concern, template: TemplateBody) -> str:
    resources = template["Resources"]
    stateful = tuple(sorted(stateful_ids(template)))
    scopes = ", ".join(f"`{scope}`" for scope in concern.scopes)
    parts = [
        f"{concern.purpose} Scopes: {scopes}; {len(resources)} resources.",
        fence("mermaid", diagram(resources, stateful)),
        "Cylinders hold state; an arrow leads to what a resource refers to.",
        *_section("Inputs", ("input", "kind", "from", "meaning"), _inputs(concern)),
        *_section("Outputs", ("output", "kind", "surfaced", "meaning"), _outputs(concern)),
        *_section("Stateful", ("resource", "type"), _stateful(stateful, resources)),
        *_section(
            "What replaces what",
            ("type", "a change of (which comes from)"),
            _replacements(concern, resources),
        ),
    ]
    return "\n\n".join(parts)


def _section(title: str, head: _Row, rows: Iterable[_Row]) -> list[str]:
    listed = list(rows)
    return [f"## {title}", table(head, listed) if listed else "None."]


def _inputs(concern: Concern) -> Iterator[_Row]:
    for item in concern.inputs:
        yield f"`{item.name}`", item.kind, _source(item.source), item.description


def _source(source: Source) -> str:
    match source:
        case Field(name):
            return f"environment file, `{name}`"
        case Sibling(output):
            return f"output `{output}` of a sibling"
        case Root(scope, output):
            return f"root `{scope}`, output `{output}`"


def _outputs(concern: Concern) -> Iterator[_Row]:
    for item in concern.outputs:
        surfaced = "yes" if item.surface else ""
        yield f"`{item.name}`", item.kind, surfaced, item.description


def _stateful(names: tuple[str, ...], resources: Mapping[str, Any]) -> Iterator[_Row]:
    for name in names:
        yield f"`{name}`", resources[name]["Type"]


def _replacements(concern: Concern, resources: Mapping[str, Any]) -> Iterator[_Row]:
    """A row a type: the properties in use whose change makes a new resource, by the schemas."""
    inputs = {item.name for item in concern.inputs}
    types: dict[str, dict[str, set[str]]] = {}
    for resource in resources.values():
        always, _ = create_only(resource["Type"])
        found = types.setdefault(resource["Type"], {})
        for path, value in _values(resource.get("Properties", {})):
            if path in always:
                found.setdefault(path, set()).update(inputs & set(references(value)))
    for type_name, found in sorted(types.items()):
        if found:
            yield type_name, ", ".join(_fixed(*item) for item in sorted(found.items()))


def _fixed(path: str, inputs: set[str]) -> str:
    source = ", ".join(f"`{name}`" for name in sorted(inputs))
    return f"`{path}` ({source})" if source else f"`{path}`"


def _values(value: Any, start: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted path and value of each property that a template sets, list places left out."""
    for item in value if isinstance(value, list) else [value]:
        for key, inner in item.items() if isinstance(item, dict) else ():
            path = f"{start}.{key}" if start else key
            yield path, inner
            yield from _values(inner, path)
