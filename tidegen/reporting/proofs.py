"""The results of proofs as text, data and findings."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from tidegen.linting.model import Finding
from tidegen.proof.claims import Result, Verdict
from tidegen.proof.run import as_data
from tidegen.reporting.style import failed, warned

_MOST = 10


def proofs_text(results: Sequence[Result], assumed: Sequence[str]) -> str:
    """Return the assumptions, a line a claim, and every case in which one does not hold."""
    lines = ["Assumed:", *(f"  {text}" for text in assumed)]
    family = None
    for claim, group in _by_claim(results):
        if claim.family != family:
            family = claim.family
            lines += ["", f"{family}:"]
        lines += list(_claim(group))
    return "\n".join(lines)


def proofs_data(results: Sequence[Result], assumed: Sequence[str]) -> dict[str, Any]:
    """Return the same as plain data."""
    return {"assumptions": list(assumed), "results": [as_data(result) for result in results]}


def proofs_findings(results: Iterable[Result]) -> list[Finding]:
    """Return what is not proven as findings, for formats of such."""
    return sorted(
        Finding(
            path=example.file or "environments",
            line=example.line,
            column=1,
            end_line=example.line,
            end_column=2,
            rule=result.claim.id,
            severity="error",
            message=example.text,
            title=result.claim.statement,
        )
        for result in results
        for example in result.counterexamples
    )


def summary_text(results: Sequence[Result]) -> str:
    """Return how many results there are of each verdict."""
    counts = [(verdict, sum(r.verdict is verdict for r in results)) for verdict in Verdict]
    return ", ".join(f"{count} {verdict}" for verdict, count in counts if count)


def _by_claim(results: Sequence[Result]) -> Iterator[tuple[Any, list[Result]]]:
    ordered = sorted(results, key=lambda r: (r.claim.family != "parity", r.claim.id))
    for claim, group in groupby(ordered, key=lambda result: result.claim):
        yield claim, list(group)


def _claim(group: list[Result]) -> Iterator[str]:
    claim = group[0].claim
    for verdict in Verdict:
        own = [result for result in group if result.verdict is verdict]
        if own:
            asked = sum(result.asked for result in own)
            accepted = {action for result in own for action in result.accepted}
            known = f", {len(accepted)} actions accepted" if accepted else ""
            about = f"{len(own)} of {len(group)}, {asked} questions{known}"
            yield f"  {_coloured(verdict)} {claim.id} ({about}): {claim.statement}"
    for result in group:
        yield from _details(result)


def _coloured(verdict: Verdict) -> str:
    text = f"{verdict:9}"
    if verdict is Verdict.REFUTED:
        return failed(text)
    return warned(text) if verdict is Verdict.UNDECIDED else text


def _details(result: Result) -> Iterator[str]:
    about = " to ".join(result.subject)
    for example in result.counterexamples[:_MOST]:
        yield f"    {about}: {example}"
    if len(result.counterexamples) > _MOST:
        yield f"    {about}: {len(result.counterexamples) - _MOST} more; --json has all"
    if result.verdict is Verdict.UNDECIDED:
        yield f"    {about}: {result.reason or 'there is nothing to ask'}"
