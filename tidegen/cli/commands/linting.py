"""Run `tidegen lint`: check, watch, explain a rule, list suppressions."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import click

from tidegen.cli.common import known, project_folder, template_folder, template_paths
from tidegen.counting import counted
from tidegen.errors import InputError, Problem
from tidegen.linting.configuration import configured_regions, without_ignored
from tidegen.linting.model import Finding, LintReport, RuleInfo
from tidegen.linting.run import lint, rule_catalogue
from tidegen.linting.templates import find_templates
from tidegen.rules import own_rule_ids


@dataclass(frozen=True, kw_only=True)
class LintRequest:
    """The command's arguments."""

    directory: str
    paths: tuple[Path, ...]
    regions: tuple[str, ...]
    rules: tuple[str, ...]
    ignored: tuple[str, ...]
    form: str
    no_cache: bool
    timeout: float
    platform: bool | None = None

    def templates(self) -> list[Path]:
        """Return the named files and templates of named folders; by default `templates/current`.

        Without those that `.cfnlintrc` ignores.
        """
        if self.paths:
            templates, roots = find_templates(self.paths), self.paths
        else:
            roots = (_shown(template_folder(project_folder(self.directory))),)
            templates = template_paths(roots[0])
        if not templates:
            where = ", ".join(map(str, roots))
            raise InputError(Problem(where, "contains no templates; run 'tidegen render' first"))
        return without_ignored(templates)

    @cached_property
    def project(self) -> Path | None:
        """The project of the working directory; None outside a project."""
        try:
            return project_folder(self.directory)
        except InputError:
            return None

    @cached_property
    def check_regions(self) -> tuple[str, ...]:
        """The regions to check in: of the options, of `.cfnlintrc`, of the environment files.

        Outside a project that of the AWS environment variables.
        """
        chosen = self.regions or configured_regions()
        if chosen:
            return chosen
        if self.project:
            from tidegen.linting.regions import used_regions

            return used_regions(self.project)
        names = (os.environ.get(name) for name in ("AWS_REGION", "AWS_DEFAULT_REGION"))
        return (next(filter(None, names), "us-east-1"),)

    def includes(self, finding: Finding) -> bool:
        """Return whether the options include the finding.

        The platform's rules apply to the project's templates. For other templates they need
        --platform, so that these get the same findings as from cfn-lint.
        """
        if self.rules and not finding.rule.startswith(self.rules):
            return False
        if self.ignored and finding.rule.startswith(self.ignored):
            return False
        if finding.rule not in own_rule_ids():
            return True
        return self._is_ours(finding.path) if self.platform is None else self.platform

    def _is_ours(self, path: str) -> bool:
        return self.project is not None and Path(path).resolve().is_relative_to(
            self.project.resolve() / "templates"
        )


def _shown(folder: Path) -> Path:
    """Return a folder below the working directory relative to it, as annotations need it."""
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def run(request: LintRequest, templates: Sequence[Path]) -> int:
    """Check, print the findings, and return their number."""
    where = request.check_regions
    _check_rule_names(request)
    use_cache = not request.no_cache
    report = lint(templates, where, use_cache=use_cache, limit=request.timeout)
    everything = sorted([*report.findings, *_root_findings(request)])
    findings = _with_origins(list(filter(request.includes, everything)), request.project)
    click.echo(_text(findings, templates, request.form), nl=False)
    click.echo(_summary(report, where, len(findings)), err=True)
    return len(findings)


def require_valid_files(request: LintRequest) -> None:
    """Raise InputError with the problems of the environment files, after the others were checked.

    Unless templates are named: these are checked in the regions of the valid files.
    """
    if request.project and not request.paths and not request.regions:
        from tidegen.linting.regions import has_valid_files

        if not has_valid_files(request.project):
            from tidegen.environments import load_all

            load_all(request.project)


def _root_findings(request: LintRequest) -> list[Finding]:
    """Return the findings of the root rules; none if paths are given."""
    if request.paths or request.project is None or request.platform is False:
        return []
    from tidegen.linting.roots import lint_roots

    folder = _shown(template_folder(request.project))
    return lint_roots(request.project, folder, use_cache=not request.no_cache)


def _catalogue() -> dict[str, RuleInfo]:
    from tidegen.linting.roots import root_rules

    return {**rule_catalogue(), **root_rules()}


def watch(request: LintRequest) -> None:
    """Check now and after each change of a file, until interrupted."""
    from tidegen.linting.watching import changes

    for templates in changes(request.templates):
        run(request, templates)
        click.echo(f"watching {counted(len(templates), 'template')}; Ctrl-C stops", err=True)


def explain(name: str) -> None:
    """Print a rule's description."""
    from tidegen.reporting.lint.rules import rule_text

    catalogue = _catalogue()
    known([name], catalogue, "rule")
    click.echo(rule_text(catalogue[name]), nl=False)


def list_suppressions(request: LintRequest) -> None:
    """Print every suppression in the templates' Metadata, and their number."""
    from dataclasses import asdict

    from tidegen.linting.suppressions import suppressions
    from tidegen.reporting.lint.data import json_text
    from tidegen.reporting.lint.rules import suppressions_text

    templates = request.templates()
    suppressed = suppressions(templates)
    is_json = request.form == "json"
    text = (
        json_text([asdict(item) for item in suppressed])
        if is_json
        else suppressions_text(suppressed)
    )
    click.echo(text, nl=False)
    unreasoned = sum(not item.reason for item in suppressed)
    counts = f"{counted(len(suppressed), 'suppression')} in {counted(len(templates), 'template')}"
    click.echo(f"{counts}, {unreasoned} without a reason", err=True)


def _check_rule_names(request: LintRequest) -> None:
    """Refuse a name that is neither a rule nor a prefix of one, such as `E3`."""
    names = [*request.rules, *request.ignored]
    if names:
        ids = _catalogue()
        known(
            [n for n in names if not any(known_id.startswith(n) for known_id in ids)], ids, "rule"
        )


def _with_origins(findings: list[Finding], project: Path | None) -> list[Finding]:
    if not findings or project is None:
        return findings
    from tidegen.linting.origins import with_origins

    return with_origins(findings, template_folder(project))


def _text(findings: list[Finding], templates: Sequence[Path], form: str) -> str:
    from tidegen.reporting.lint import formatted

    return formatted(findings, templates, form)


def _summary(report: LintReport, where: Sequence[str], findings: int) -> str:
    unchanged = report.templates - report.checked
    kept = f" ({unchanged} templates unchanged)" if unchanged else ""
    templates = counted(report.templates, "template")
    return f"{templates} in {', '.join(where)}: {counted(findings, 'finding')}{kept}"
