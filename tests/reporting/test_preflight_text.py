"""The preflight report as text."""

from tidegen.planning.preflight import PreflightFinding, PreflightReport, Unchecked
from tidegen.reporting.preflight import report_text, summary_text


def test_blocking_findings_are_first_and_a_reason_is_printed_once():
    report = PreflightReport(
        (
            PreflightFinding("C", "has no row", ""),
            PreflightFinding("A", "is old", "kubernetes-version", blocking=False),
            PreflightFinding("B", "is taken", "name-taken"),
        ),
        (
            Unchecked("tide", "quota of VPCs", "not allowed"),
            Unchecked("tide", "quota of buckets", "not allowed"),
        ),
        ("CAPABILITY_IAM",),
    )
    assert report_text(report).splitlines() == [
        "refused  B: is taken  (failure name-taken)",
        "refused  C: has no row",
        "warning  A: is old  (failure kubernetes-version)",
        "not checked  tide: quota of VPCs, quota of buckets: not allowed",
        "capabilities  CAPABILITY_IAM",
    ]
    assert summary_text(report) == "2 refused, 1 warnings, 2 not checked"
    assert report_text(PreflightReport()) == ""
