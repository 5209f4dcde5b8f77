"""Plans as files: written by `plan --out`, read by `deploy --plan`."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tidegen.contract import RECORD
from tidegen.deployment.events import Preview
from tidegen.deployment.run import Clouds
from tidegen.errors import InputError, Problem
from tidegen.planning.model import Plan, StackState
from tidegen.planning.parameters import known_step
from tidegen.planning.saved_plan import VERSION, SavedPlan, SavedRoot, SavedState
from tidegen.rendering import FileChange, apply_changes

_AGAIN = "write it again with 'tidegen plan --out'"
_FORMAT = "tidegen-plan"


def saved_plan(
    plan: Plan,
    previews: Iterable[Preview],
    clouds: Clouds,
    *,
    file: str,
    created: str,
    allowed: Iterable[str] = (),
) -> SavedPlan:
    """Return the plan and what was shown of it, as data."""
    roots = tuple(_root(plan, shown, clouds) for shown in previews)
    return SavedPlan(
        environment=plan.environment,
        release=plan.release,
        file=file,
        created=created,
        allowed=tuple(allowed),
        roots=roots,
    )


def plan_text(saved: SavedPlan) -> str:
    """Return the text of a plan's file; its checksum shows whether it was edited or cut off."""
    content = asdict(saved)
    head = {"format": _FORMAT, "version": VERSION, "sha256": _checksum(_plain(content))}
    return json.dumps({**head, "plan": content}, indent=1, default=str) + "\n"


def write_plan(path: Path, saved: SavedPlan) -> None:
    """Write a plan to a file, whole or not at all; raise InputError if it cannot be written."""
    if path.exists() and not path.is_file():
        raise InputError(Problem(str(path), "is not a regular file; name another"))
    apply_changes([FileChange(path, before=None, content=plan_text(saved).encode())])


def read_plan(path: Path) -> SavedPlan:
    """Return the plan of a file; raise InputError for any other content."""
    try:
        return plan_of(path.read_bytes())
    except ValueError as error:
        raise InputError(Problem(str(path), f"{error}; {_AGAIN}")) from None


def plan_of(content: bytes) -> SavedPlan:
    """Return the plan in a file's content; raise ValueError with the reason if it has none."""
    document = _document(content)
    if document.get("version") != VERSION:
        version = document.get("version")
        raise ValueError(f"has version {version!r} of the format, this is tidegen's {VERSION}")
    plan = document.get("plan")
    if _checksum(plan) != document.get("sha256"):
        raise ValueError("was edited or is not complete: its checksum is another")
    return _validated(plan)


def _document(content: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise ValueError("is no plan of tidegen")
    return document


def _validated(plan: Any) -> SavedPlan:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(SavedPlan).validate_python(plan)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(
            f"is no plan of this version of tidegen: {where}: {first['msg']}"
        ) from None


def _root(plan: Plan, shown: Preview, clouds: Clouds) -> SavedRoot:
    step = known_step(shown.step, plan.outputs)
    return SavedRoot(
        stack=step.stack_name,
        place=str(step.address.place),
        scope=str(step.scope),
        note=shown.note,
        template=step.template.sha256,
        parameters={k: v for k, v in step.parameters.items() if k not in RECORD},
        tags=step.tags,
        service_role=step.service_role,
        protected=step.protected,
        action="none" if shown.unchanged else str(shown.next_action),
        state=_state(shown, plan.states.get(step.address), clouds),
        changes=_plain([asdict(change) for change in shown.changes]),
        later=_plain([asdict(change) for change in shown.later]),
        settings=_plain([item.data() for item in shown.settings]),
    )


def _state(shown: Preview, state: StackState | None, clouds: Clouds) -> SavedState | None:
    """Return the deployed root; templates and resources were read already if it would change."""
    if state is None:
        return None
    cloud = clouds.at(shown.step.address.place)
    deployed = None if shown.unchanged else clouds.deployed_roots.of(cloud, state)
    templates = deployed.templates if deployed else {}
    resources = deployed.resources if deployed else {}
    return SavedState(
        stack_id=state.stack_id,
        status=state.status,
        changed=state.changed.isoformat() if state.changed else None,
        digest=state.digest,
        templates={path: _checksum(_plain(body)) for path, body in templates.items()},
        resources={path: item.physical_id for path, item in resources.items()},
    )


def _plain(value: Any) -> Any:
    """Return a value as it is after writing and reading it."""
    return json.loads(json.dumps(value, default=str))


def _checksum(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
