"""A page for each concern: from its contract and its template, with written parts.

The written parts (reasons, costs, quotas) are in `docs/concerns/<name>.md`, around the line
`PLACEHOLDER`. A concern without such a file has a page all the same, without these parts.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from docs.build.diagrams import diagram
from docs.build.markdown import fence, table
from tidegen.cloudformation.references import references
from tidegen.cloudformation.resources import TemplateBody
from tidegen.cloudformation.schemas import create_only
from tidegen.cloudformation.stateful import stateful_ids
from tidegen.contract import Concern, Field, Root, Sibling, Source
from tidegen.rendering import render

_Row = tuple[str, ...]

PLACEHOLDER = "<!-- contract -->"
#: The parts that people write; a test requires them in every such file.
WRITTEN = ("## Why it is like this", "## Cost drivers", "## Quotas")


def contract_pages(concerns: tuple[Concern, ...]) -> dict[str, str]:
    """Return each concern's contract and template as Markdown, by the concern's name."""
    templates = render(concerns, "json").templates
    return {item.name: _contract(item, templates[_file(item)]) for item in concerns}


def index_page(concerns: tuple[Concern, ...]) -> str:
    """Return a table of every concern with its scopes and purpose."""
    rows = (
        (f"[{item.name}]({item.name}.md)", ", ".join(item.scopes), item.purpose)
        for item in concerns
    )
    intro = (
        "One template each, the same in every environment. A scope is the extent of one root stack:"
        " see [the overview](../index.md). Prices on these pages are list prices in us-west-2, to"
        " show the cost drivers; quotas are AWS's defaults. `tidegen preflight` compares a deploy's"
        " additions with the account's own quotas, if AWS provides them."
    )
    return f"# Concerns\n\n{intro}\n\n{table(('concern', 'scopes', 'purpose'), rows)}\n"


def whole_page(name: str, contract: str, written: str | None) -> str:
    """Return the whole page; `written` is the text of the concern's own file, if it has one."""
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
        "Cylinders hold state; an arrow points to a referenced resource.",
        *_section("Inputs", ("input", "kind", "from", "meaning"), _inputs(concern)),
        *_section("Outputs", ("output", "kind", "surfaced", "meaning"), _outputs(concern)),
        *_section("Stateful", ("resource", "type"), _stateful(stateful, resources)),
        *_section(
            "Replacements",
            ("type", "replaced by a change of (from input)"),
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
    """Yield a row for each type: its properties in use whose change replaces the resource."""
    inputs = {item.name for item in concern.inputs}
    types: dict[str, dict[str, set[str]]] = {}
    for resource in resources.values():
        always, _ = create_only(resource["Type"])
        replacing = types.setdefault(resource["Type"], {})
        for path, value in _values(resource.get("Properties", {})):
            if path in always:
                names = {name for section, name in references(value) if not section}
                replacing.setdefault(path, set()).update(inputs & names)
    for type_name, replacing in sorted(types.items()):
        if replacing:
            yield type_name, ", ".join(_fixed(*item) for item in sorted(replacing.items()))


def _fixed(path: str, inputs: set[str]) -> str:
    source = ", ".join(f"`{name}`" for name in sorted(inputs))
    return f"`{path}` ({source})" if source else f"`{path}`"


def _values(value: Any, start: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted path and value of each property that a template sets, without list indexes."""
    for item in value if isinstance(value, list) else [value]:
        for key, inner in item.items() if isinstance(item, dict) else ():
            path = f"{start}.{key}" if start else key
            yield path, inner
            yield from _values(inner, path)
