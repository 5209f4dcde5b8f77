"""MkDocs hook: reference pages generated from the code, so that they cannot grow stale."""

from collections.abc import Iterator
from typing import Any

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from tidegen.cli import COMMANDS, cli
from tidegen.concerns import own_concerns
from tidegen.contract import Concern, Field, Root, Sibling, Source
from tidegen.failures import FAILURES, Failure, Where
from tidegen.planning.preflight import CHECKS


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    for name, text in pages().items():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files


def pages() -> dict[str, str]:
    """Every generated page's Markdown by name."""
    return {
        "commands": commands_page(),
        "concerns": concerns_page(),
        "environments": environments_page(),
        "failures": failures_page(),
        "local-types": local_types_page(),
    }


def commands_page() -> str:
    """A section a command: its help as the terminal shows it."""
    parts = ["# Commands"]
    for path, command in _walk(cli, ("tidegen",)):
        context = click.Context(command, info_name=" ".join(path), terminal_width=88)
        parts.append(f"## {' '.join(path)}\n\n```text\n{command.get_help(context)}\n```")
    return "\n\n".join(parts) + "\n"


def _walk(
    command: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        names = COMMANDS if command is cli else command.list_commands(context)
        for name in names:
            member = command.get_command(context, name)
            if member is not None:
                yield from _walk(member, (*path, name))


def concerns_page() -> str:
    """A section a concern: scopes, purpose, inputs, outputs, stateful resources."""
    return "\n\n".join(["# Concerns", *map(_concern, own_concerns())]) + "\n"


def _concern(concern: Concern) -> str:
    scopes = ", ".join(concern.scopes)
    inputs = [
        f"| `{i.name}` | {i.kind} | {_source(i.source)} | {i.description} |" for i in concern.inputs
    ]
    outputs = [f"| `{o.name}` | {o.kind} | {o.description} |" for o in concern.outputs]
    kept = ", ".join(f"`{name}`" for name in concern.stateful) or "none"
    return "\n".join(
        [
            f"## {concern.name}\n",
            f"{concern.purpose} Scopes: {scopes}. Stateful: {kept}.\n",
            *(
                ["| input | kind | from | meaning |", "|---|---|---|---|", *inputs, ""]
                if inputs
                else []
            ),
            *(["| output | kind | meaning |", "|---|---|---|", *outputs] if outputs else []),
        ]
    )


def _source(source: Source) -> str:
    match source:
        case Field(name):
            return f"environment file `{name}`"
        case Sibling(output):
            return f"sibling output `{output}`"
        case Root(scope, output):
            return f"root `{scope}`, output `{output}`"


def environments_page() -> str:
    """A table a model: every key of the environment files."""
    from tidegen.environments import json_schema

    parts = ["# Environment files"]
    for name, model in sorted(json_schema().get("$defs", {}).items()):
        rows = [_key(key, field, model) for key, field in model.get("properties", {}).items()]
        if rows:
            head = f"## {name}\n\n{model.get('description', '')}\n"
            parts.append("\n".join([head, "| key | required | meaning |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _key(key: str, field: dict[str, Any], model: dict[str, Any]) -> str:
    required = "yes" if key in model.get("required", ()) else "no"
    meaning = field.get("description", "").replace("|", "\\|")
    return f"| `{key}` | {required} | {meaning} |"


def local_types_page() -> str:
    """What the local engine creates and what it only records."""
    from tidegen.local.coverage import kind_of
    from tidegen.rendering import render

    names = sorted(render(own_concerns(), "json").resource_types())
    rows = [f"| `{name}` | {kind_of(name)} |" for name in names]
    intro = (
        "Created: the engine's own service shows the resource. Recorded: checked against the registry"
        " schema and kept, but nothing stands behind it; it proves no property."
    )
    return "\n".join(
        ["# Local resource types\n", intro, "", "| type | local engine |", "|---|---|", *rows]
    )


def failures_page() -> str:
    """A row a known failure: its words, cause, way out, where it is caught, who reported it."""
    intro = (
        "How deployments fail, from public reports. **lint** refuses the templates before anything"
        " is deployed, **preflight** looks at the account first (the column names its checks), and"
        " a message in the events of a failed deploy is explained in the words of this table."
    )
    head = "| # | what AWS says | cause | what to do | lint | preflight | explained | sources |"
    rows = map(_failure, FAILURES)
    return "\n".join(["# Known failures\n", intro, "", head, "|---" * 8 + "|", *rows]) + "\n"


def _failure(row: Failure) -> str:
    said = "<br>".join(f"`{message}`" for message in row.messages) or "nothing"
    lint = (row.rule or "yes") if Where.LINT in row.where else ""
    preflight = ", ".join(check.name for check in CHECKS if row.number in check.rows)
    sources = " ".join(f"[{number}]({url})" for number, url in enumerate(row.sources, 1))
    explained = "yes" if row.messages else ""
    cells = (row.number, said, row.cause, row.action, lint, preflight, explained, sources)
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
