"""cfn-lint in process: every level including informational, one set of rules for all templates."""

import logging
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

# Half a second to import: this module is imported only when there is something to check.
from cfnlint.exceptions import CfnLintExitException
from cfnlint.helpers import REGIONS, load_plugins
from cfnlint.runner import Runner
from cfnlint.runner.template.runner import run_template_by_file_path

from tidegen import rules
from tidegen.errors import InputError, Problem
from tidegen.linting import memory
from tidegen.linting.configuration import configuration
from tidegen.linting.model import Finding, RuleInfo, failure
from tidegen.linting.templates import MAX_DEPTH, nested_too_deep, refusal


class CfnLint:
    """cfn-lint with its own rules, the platform's rules and the settings of `.cfnlintrc`."""

    def __init__(self, regions: Sequence[str]) -> None:
        """Raise InputError for a region that does not exist or a broken `.cfnlintrc`."""
        _check_regions(regions)
        memory.install()
        logging.getLogger("cfnlint").setLevel(logging.CRITICAL)  # findings say the same
        appended = ["--append-rules", str(rules.FOLDER)]
        config = configuration(["--include-checks", "I", "--regions", *regions, *appended])
        try:
            self._runner = Runner(config)
        except CfnLintExitException as error:
            raise InputError(Problem(".cfnlintrc", f"is not valid, {error}; fix it")) from error

    def findings(self, path: str) -> list[Finding]:
        """Return all findings in one template, sorted."""
        config, loaded = self._runner.config, self._runner.rules
        config.template_args = {}
        try:
            if nested_too_deep(Path(path).read_bytes()):
                return [refusal(path, "E0000", f"Is nested more than {MAX_DEPTH} levels deep")]
            run = run_template_by_file_path(path, config, loaded, ignore_bad_template=False)
            matches = list(run)
        except Exception as error:  # any error that a template causes in cfn-lint is a finding
            return [failure(path, f"cfn-lint stopped: {type(error).__name__}: {error}")]
        return sorted({_finding(match, path) for match in matches})

    def catalogue(self) -> dict[str, RuleInfo]:
        """Return every rule by its id."""
        return {rule_id: RuleInfo.of(rule) for rule_id, rule in sorted(self._runner.rules.items())}


def own_rules() -> list[Any]:
    """Return the platform's rules as cfn-lint loads them, sorted by id."""
    return sorted(load_plugins(str(rules.FOLDER)), key=lambda rule: str(rule.id))


def _check_regions(regions: Sequence[str]) -> None:
    unknown = [region for region in regions if region not in REGIONS]
    if unknown:
        raise InputError.of([_unknown(region) for region in unknown])


def _unknown(region: str) -> Problem:
    close = get_close_matches(region, REGIONS, n=1)
    hint = (
        f"did you mean '{close[0]}'?" if close else "known are the regions with schemas in cfn-lint"
    )
    return Problem(f"region '{region}'", f"does not exist; {hint}")


def _finding(match: Any, path: str) -> Finding:
    return Finding(
        path=path,
        line=match.linenumber or 1,
        column=match.columnnumber or 1,
        end_line=match.linenumberend or 1,
        end_column=match.columnnumberend or 1,
        rule=match.rule.id,
        severity=match.rule.severity.lower(),
        message=match.message,
        pointer="/".join(str(part) for part in getattr(match, "path", None) or ()),
        title=match.rule.shortdesc,
        source=match.rule.source_url or "",
    )
