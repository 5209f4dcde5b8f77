"""MkDocs hook: reference pages generated from the code, so that they cannot grow stale."""

import logging
from collections.abc import Iterator
from typing import Any

import click
from concern_pages import contract_pages, index_page, whole_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from tidegen.cli import COMMANDS, cli
from tidegen.concerns import own_concerns
from tidegen.contract import Concern
from tidegen.failures import FAILURES, Failure
from tidegen.planning.preflight import CHECKS
from tidegen.planning.states import STATES
from tidegen.whole.roots import CHECKS as CHECKS_OF_WHOLES

log = logging.getLogger("mkdocs.hooks")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, and put what is generated into those that people wrote."""
    for name, text in pages().items():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    concerns = own_concerns()
    _replace(files, config, "concerns/index.md", index_page(concerns))
    for name, contract in contract_pages(concerns).items():
        path = f"concerns/{name}.md"
        file = files.get_file_from_path(path)
        if file is None:
            # no warning, which would fail the build: a concern is one new file and nothing else
            log.info("%s: is not there; write why the concern is like that", path)
        _replace(files, config, path, whole_page(name, contract, file and file.content_string))
    config.nav = [_with_concerns(item, concerns) for item in config.nav or []]
    return files


def on_page_markdown(markdown: str, page: Page, **_rest: Any) -> str:
    """Put the table of statuses where a page asks for it."""
    return markdown.replace("<!-- states -->", states_table())


def states_table() -> str:
    """A row a status of a stack: what a deploy does about it, and what it means."""
    rows = [f"| {name} | {state.situation} | {state.advice} |" for name, state in STATES.items()]
    return "\n".join(["| status | a deploy will | the stack |", "|---|---|---|", *rows])


def _replace(files: Files, config: MkDocsConfig, path: str, text: str) -> None:
    file = files.get_file_from_path(path)
    if file is not None:
        files.remove(file)
    files.append(File.generated(config, path, content=text))


def _with_concerns(item: Any, concerns: tuple[Concern, ...]) -> Any:
    """The nav's entry `Concerns` with a page each, so that a new one is in the nav by itself."""
    if not isinstance(item, dict) or "Concerns" not in item:
        return item
    return {"Concerns": [item["Concerns"], *(f"concerns/{c.name}.md" for c in concerns)]}


def pages() -> dict[str, str]:
    """Every generated page's Markdown by name."""
    return {
        "commands": commands_page(),
        "environments": environments_page(),
        "failures": failures_page(),
        "local-types": local_types_page(),
        "rules": rules_page(),
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
    head = (
        "| failure | what AWS says | cause | what to do | lint | preflight | explained | sources |"
    )
    rows = map(_failure, FAILURES)
    return "\n".join(["# Known failures\n", intro, "", head, "|---" * 8 + "|", *rows]) + "\n"


def _failure(row: Failure) -> str:
    said = "<br>".join(f"`{message}`" for message in row.messages) or "nothing"
    lint = ", ".join(row.rules)
    preflight = ", ".join(check.name for check in CHECKS if row.slug in check.failures)
    sources = " ".join(f"[{number}]({url})" for number, url in enumerate(row.sources, 1))
    explained = "yes" if row.messages else ""
    name = f'<a id="{row.slug}"></a>`{row.slug}`'
    cells = (name, said, row.cause, row.action, lint, preflight, explained, sources)
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def rules_page() -> str:
    """A section a rule of the platform: what, why, and an example of either kind."""
    from tidegen.linting.cfn_lint import own_rules

    intro = (
        "What `tidegen lint` asks for beyond cfn-lint's own rules. The folder `tidegen/rules` can be"
        " appended to any cfn-lint in whose environment tidegen is installed. Rules that begin with"
        " E98 are about a root with all that is nested in it; `tidegen lint` without paths runs them."
    )
    single = [
        _rule(r.id, r.shortdesc, r.description, r.source_url, r.good, r.bad) for r in own_rules()
    ]
    whole = [_rule(c.id, c.what, c.why, c.source, c.good, c.bad) for c in CHECKS_OF_WHOLES]
    return "\n\n".join(["# Rules", intro, *single, *whole]) + "\n"


def _rule(name: str, what: str, why: str, source: str, *examples: str) -> str:
    good, bad = map(_example, examples)
    head = f"## {name}: {what}\n\n{why} [Source]({source})"
    return f"{head}\n\nGood:\n\n{good}\n\nBad:\n\n{bad}"


def _example(text: str) -> str:
    lines = [line if len(line) < 200 else f"{line[:100]}..." for line in text.strip().splitlines()]
    return "\n".join(["```yaml", *lines, "```"])
