"""What preflight found, as text."""

from tidegen.planning.preflight import Report


def report_text(report: Report) -> str:
    """A line a finding, what would fail first; then what could not be checked."""
    findings = sorted(report.findings, key=lambda finding: (not finding.blocking, finding))
    lines = [
        f"{'refused' if finding.blocking else 'warning'}  {finding}  (failure {finding.row})"
        for finding in findings
    ]
    needed = ", ".join(report.capabilities)
    capabilities = [f"capabilities  {needed}"] if needed else []
    return "\n".join([*lines, *map(str, report.unchecked), *capabilities])


def summary_text(report: Report) -> str:
    """The counts in one line."""
    refused = len(report.blocking)
    warnings = len(report.findings) - refused
    return f"{refused} refused, {warnings} warnings, {len(report.unchecked)} not checked"
