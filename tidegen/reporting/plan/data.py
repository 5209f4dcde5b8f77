"""A plan as plain data for machines."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from tidegen.deployment.events import Preview
from tidegen.errors import Problem
from tidegen.planning.changes import Change, PropertyChange, Verdict
from tidegen.planning.guards import refusals
from tidegen.planning.model import Plan
from tidegen.planning.overwriting import ByHand
from tidegen.planning.ownership import foreign_text
from tidegen.planning.policies import held_text
from tidegen.reporting.changes import unforeseen_text
from tidegen.reporting.plan.text import Keep
from tidegen.reporting.settings import settings_data


def plan_data(
    plan: Plan,
    previews: Iterable[Preview],
    keep: Keep,
    by_hand: Sequence[ByHand] = (),
    problems: Iterable[Problem] = (),
) -> dict[str, Any]:
    """Return the plan as plain data: environment, release, missing roots, and each step.

    `problems` are the reasons why a deploy would be refused.
    """
    return {
        "environment": plan.environment,
        "release": plan.release,
        "missing": [{"stack": m.address.name, "command": m.command} for m in plan.missing],
        "problems": [{"where": p.where, "message": p.message} for p in problems],
        "policies": [{"stack": i.address.name, "problem": held_text(i)} for i in plan.held],
        "foreign": [{"stack": f.address.name, "problem": foreign_text(f)} for f in plan.foreign],
        "steps": [_step_data(preview, keep) for preview in previews],
        "changed_by_hand": [asdict(item) for item in by_hand],
    }


def _step_data(preview: Preview, keep: Keep) -> dict[str, Any]:
    address = preview.step.address
    return {
        "stack": address.name,
        "account": address.place.account,
        "region": address.place.region,
        "scope": str(address.scope),
        "status": preview.status,
        "situation": str(preview.next_action),
        "unchanged": preview.unchanged,
        "note": preview.note or None,
        "pending": [pending.name for pending in preview.pending],
        "refused": [{"path": r.change.path, "reason": str(r)} for r in refusals(preview.changes)],
        "changes": [_change_data(change) for change in preview.changes if keep(change)],
        "updated_past_root": list(preview.by_hand),
        "restored": [_change_data(change) for change in preview.restored if keep(change)],
        "later": [_change_data(change) for change in preview.later if keep(change)],
        **settings_data(preview),
    }


def _change_data(change: Change) -> dict[str, Any]:
    return {
        "path": change.path,
        "type": change.type,
        **_verdict_data(change.verdict),
        "stateful": change.stateful,
        "certain": change.certain,
        "unforeseen": unforeseen_text(change) if change.unforeseen else None,
        "moved_from": change.moved_from or None,
        "recreates": change.recreates,
        "properties": [_detail_data(detail) for detail in change.details]
        or [{"name": name} for name in change.properties],
        "otherwise": _verdict_data(change.otherwise) if change.otherwise else None,
    }


def _verdict_data(verdict: Verdict) -> dict[str, Any]:
    return {
        "source": str(verdict.source),
        "action": str(verdict.action) if verdict.action else None,
        "replacement": str(verdict.replacement),
    }


def _detail_data(detail: PropertyChange) -> dict[str, Any]:
    return {
        "name": detail.name,
        "before": detail.before,
        "after": detail.after,
        "replacement": str(detail.replacement),
        "cause": detail.cause or None,
    }
