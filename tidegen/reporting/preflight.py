"""Output of `tidegen preflight`: findings, unchecked facts, counts."""

from collections.abc import Iterable, Iterator

from tidegen.planning.preflight import PreflightFinding, PreflightReport, Unchecked
from tidegen.reporting import style


def report_text(report: PreflightReport) -> str:
    """Return a line for each finding, blocking ones first; then the unchecked facts."""
    findings = sorted(report.findings, key=lambda finding: (not finding.blocking, finding))
    lines = [
        f"{style.failed('refused') if finding.blocking else style.warned('warning')}"
        f"  {finding}{_failure_note(finding)}"
        for finding in findings
    ]
    needed = ", ".join(report.capabilities)
    capabilities = [f"capabilities  {needed}"] if needed else []
    return "\n".join([*lines, *_unchecked_lines(report.unchecked), *capabilities])


def _failure_note(finding: PreflightFinding) -> str:
    return f"  (failure {finding.failure})" if finding.failure else ""


def _unchecked_lines(unchecked: Iterable[Unchecked]) -> Iterator[str]:
    """Yield a line for all checks of a stack that one reason prevented."""
    checks: dict[tuple[str, str], list[str]] = {}
    for item in unchecked:
        checks.setdefault((item.where, item.reason), []).append(item.check)
    for (where, reason), names in checks.items():
        yield f"not checked  {where}: {', '.join(names)}: {reason}"


def summary_text(report: PreflightReport) -> str:
    """Return the counts in one line."""
    refused = len(report.blocking)
    warnings = len(report.findings) - refused
    return f"{refused} refused, {warnings} warnings, {len(report.unchecked)} not checked"
