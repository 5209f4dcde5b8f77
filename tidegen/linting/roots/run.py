"""Run the root rules over every committed root, once for each environment that has it."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tidegen.cloudformation.evaluation import evaluate
from tidegen.cloudformation.resources import TemplateBody
from tidegen.cloudformation.text import parse_template
from tidegen.contract import Scope
from tidegen.environments import parameter_values, read_all
from tidegen.errors import InputError
from tidegen.linting.model import Finding, failure
from tidegen.linting.roots.rule import discovered_rules
from tidegen.linting.roots.view import RootView
from tidegen.rendering import MANIFEST, manifest_of


def findings(project: Path, templates: Path, *, only: str = "") -> list[Finding]:
    """Return the findings over the roots in `templates`; paths are relative to that folder.

    With `only`, over the roots of that environment file.
    """
    files, _ = read_all(project)
    results: set[Finding] = set()
    for path in sorted((templates / "roots").glob("*.yaml")):
        try:
            for view in views(path, templates, files, only=only):
                results.update(_findings(view, templates, path))
        except Exception as error:  # any error over an odd template is a finding
            results.add(_stopped(path.relative_to(templates), error))
    return sorted(results)


def views(
    root: Path, templates: Path, files: Iterable[Any], *, only: str = ""
) -> Iterator[RootView]:
    """Yield a root as each of its environments deploys it; nothing if a file is no template.

    With `only`, as that environment does.
    """
    bodies = _templates(templates, root)
    if bodies is not None:
        before = _last_release(templates, root)
        for values in _values(root.stem, files, only):
            yield _view(bodies, values, root.stat().st_size, before)


def _stopped(path: Path, error: Exception) -> Finding:
    message = f"root rules stopped: {type(error).__name__}: {error}; fix the other findings first"
    return failure(str(path), message)


def _templates(folder: Path, root: Path) -> dict[str, TemplateBody] | None:
    """Return the root under the empty name, and its children; None if a file is no template."""
    try:
        body = parse_template(root.read_text())
        return {"": body, **{k: parse_template((folder / f).read_text()) for k, f in _files(body)}}
    except (InputError, OSError, UnicodeDecodeError):
        return None  # linting reports it


def _files(body: TemplateBody) -> Iterator[tuple[str, str]]:
    children = body.get("Metadata", {}).get("Tidegen", {}).get("Children", {})
    yield from ((name, child["File"]) for name, child in children.items())


def _last_release(templates: Path, root: Path) -> dict[str, TemplateBody]:
    """Return the same root in the newest release; empty where there is none.

    The manifests hold the time of each freeze: a clone gives every file the time of the clone.
    """
    folders = [path.parent for path in (templates.parent / "releases").glob(f"*/{MANIFEST}")]
    for folder in sorted(folders, key=_frozen, reverse=True):
        if (folder / "roots" / root.name).is_file():
            return _templates(folder, folder / "roots" / root.name) or {}
    return {}


def _frozen(release: Path) -> tuple[str, str]:
    """Return the time of a release's freeze; releases without one are ordered by name."""
    return str(manifest_of(release).get("frozen", "")), release.name


def _values(scope: str, files: Iterable[Any], only: str) -> Iterator[dict[str, str]]:
    """Yield a root's fields, by dotted name, for each environment with such a root; else none."""
    members = list(files)
    is_deployed = bool(only)
    for file in (file for file in members if only in ("", file.name)):
        try:
            values = parameter_values(file, Scope(scope), members)
        except (InputError, ValueError):
            continue
        is_deployed = True
        pseudo = {"AWS::AccountId": str(file.account), "AWS::Region": str(file.region)}
        name = Scope(scope).stack_name(file.project, file.name)
        yield {**values, **pseudo, "AWS::StackName": name, "AWS::Partition": "aws"}
    if not is_deployed:
        yield {}


def _view(
    bodies: Mapping[str, TemplateBody],
    values: Mapping[str, str],
    size: int,
    before: Mapping[str, TemplateBody],
) -> RootView:
    resources = evaluate(bodies, _given(bodies, values))
    earlier = evaluate(before, _given(before, values)) if before else {}
    return RootView(
        templates=bodies,
        resources=resources,
        stack=values.get("AWS::StackName", "stack"),
        size=size,
        before=earlier,
    )


def _given(bodies: Mapping[str, TemplateBody], values: Mapping[str, str]) -> dict[str, str]:
    """Return the root's parameters by their names, from its Metadata."""
    fields = bodies[""].get("Metadata", {}).get("Tidegen", {}).get("Fields", {})
    pseudo = {name: value for name, value in values.items() if "::" in name}
    return pseudo | {name: values[field] for name, field in fields.items() if field in values}


def _findings(view: RootView, folder: Path, root: Path) -> Iterator[Finding]:
    files = dict(_files(view.templates[""]))
    for rule in discovered_rules():
        for path, message in rule.problems(view):
            if rule.id not in _ignored(view, path):
                nested, _, name = path.rpartition("/")
                file = Path(files[nested]) if nested in files else root.relative_to(folder)
                line = line_of((folder / file).read_text(), name)
                pointer = f"Resources/{name}" if name else ""
                yield Finding(
                    path=str(file),
                    line=line,
                    column=1,
                    end_line=line,
                    end_column=2,
                    rule=rule.id,
                    severity=rule.severity,
                    message=f"{name}: {message}",
                    pointer=pointer,
                    title=rule.shortdesc,
                    source=rule.source_url,
                )


def _ignored(root: RootView, path: str) -> Any:
    metadata = root.resources.get(path, {}).get("Metadata", {})
    return metadata.get("cfn-lint", {}).get("config", {}).get("ignore_checks", ())


def line_of(text: str, logical_id: str) -> int:
    """Return the line on which a template declares a resource; the first line if it does not."""
    node = yaml.compose(text, yaml.CSafeLoader)
    for section in node.value if isinstance(node, yaml.MappingNode) else ():
        if section[0].value == "Resources" and isinstance(section[1], yaml.MappingNode):
            for key, _ in section[1].value:
                if key.value == logical_id:
                    return int(key.start_mark.line) + 1
    return 1
