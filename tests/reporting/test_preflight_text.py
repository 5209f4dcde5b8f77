"""Preflight's report, as people read it."""

from tidegen.planning.preflight import PreflightFinding, PreflightReport, Unchecked
from tidegen.reporting.preflight import report_text, summary_text


def test_what_would_fail_comes_first_and_one_reason_is_told_once():
    report = PreflightReport(
        (
            PreflightFinding("A", "is old", 60, blocking=False),
            PreflightFinding("B", "is taken", 53),
        ),
        (
            Unchecked("tide", "quota of VPCs", "not allowed"),
            Unchecked("tide", "quota of buckets", "not allowed"),
        ),
        ("CAPABILITY_IAM",),
    )
    assert report_text(report).splitlines() == [
        "refused  B: is taken  (failure 53)",
        "warning  A: is old  (failure 60)",
        "not checked  tide: quota of VPCs, quota of buckets: not allowed",
        "capabilities  CAPABILITY_IAM",
    ]
    assert summary_text(report) == "1 refused, 1 warnings, 2 not checked"
    assert report_text(PreflightReport()) == ""
