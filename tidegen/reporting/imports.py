"""What an import would do, and what could be imported, as text and as data."""

from collections.abc import Iterator, Sequence
from typing import Any

from tidegen.planning.importing import Adoption, ImportPlan, StackImport
from tidegen.planning.model import StackAddress
from tidegen.planning.preflight import Candidate
from tidegen.reporting.template_values import value_text

_TAKEN = "are taken for true, and a deploy sets only what changes later"


def import_text(plan: ImportPlan, first: Sequence[StackAddress] = ()) -> str:
    """A block a stack: which resources, by what identifier, and what the next deploy changes.

    `first` are the roots that are deployed before.
    """
    head = f"{plan.environment}: {len(plan.adoptions)} resources to import; none of them is changed"
    before = [f"  {address}  deployed first" for address in dict.fromkeys(first)]
    return "\n".join(
        [head, *before, *(line for item in plan.imports for line in _stack_lines(item))]
    )


def _stack_lines(item: StackImport) -> Iterator[str]:
    where = f", nested stack {item.nested}" if item.nested else ""
    made = "" if item.stack_id else "  (made first, empty)"
    yield f"  {item.address}{where}{made}"
    yield from (f"    {path}  is a member already" for path in item.members)
    for adoption in item.adoptions:
        yield from _adoption_lines(adoption)


def _adoption_lines(adoption: Adoption) -> Iterator[str]:
    imported = adoption.imported
    identified = ", ".join(f"{name} {value}" for name, value in imported.identifier.items())
    yield f"    < {adoption.path}  {imported.type}  {identified}"
    if adoption.differences is None:
        yield f"        what exists could not be read; the template's values {_TAKEN}"
    for item in adoption.differences or ():
        is_now, becomes = value_text(item.before), value_text(item.after)
        yield f"        {item.name}: is {is_now}; the next deploy makes it {becomes}"
    if adoption.unread:
        names = ", ".join(adoption.unread)
        yield f"        {names}: cannot be read; the template's values {_TAKEN}"
    if adoption.left_out:
        names = ", ".join(adoption.left_out)
        yield f"        {names}: known after deployment; the next deploy sets it"


def import_data(plan: ImportPlan, first: Sequence[StackAddress] = ()) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "environment": plan.environment,
        "deployed_first": [address.name for address in dict.fromkeys(first)],
        "imports": [
            {
                "stack": item.address.name,
                "nested": item.nested or None,
                "stack_id": item.stack_id,
                "members": list(item.members),
                "resources": [_adoption_data(adoption) for adoption in item.adoptions],
            }
            for item in plan.imports
        ],
    }


def _adoption_data(adoption: Adoption) -> dict[str, Any]:
    found = adoption.differences
    return {
        "path": adoption.path,
        "type": adoption.imported.type,
        "identifier": dict(adoption.imported.identifier),
        "left_out": list(adoption.left_out),
        "unread": list(adoption.unread),
        "differences": None
        if found is None
        else [{"name": d.name, "is": d.before, "wanted": d.after} for d in found],
    }


def candidates_text(name: str, found: Sequence[Candidate], unknown: Sequence[str]) -> str:
    """A line a candidate, then the command that imports those that are identified."""
    if not found:
        lines = [f"{name}: nothing that exists already is in the way"]
    else:
        lines = [f"{name}: these exist already, and no stack of this project has them"]
        lines += [_candidate_line(item) for item in found]
        lines += _command_lines(name, found)
    return "\n".join([*lines, *(f"not looked for  {item}" for item in unknown)])


def _candidate_line(item: Candidate) -> str:
    note = f"  ({item.note})" if item.note else ""
    return f"  {item.where}  {item.path}  {item.type}  {item.identifier or '?'}{note}"


def _command_lines(name: str, found: Sequence[Candidate]) -> Iterator[str]:
    ready = (item for item in found if item.identifier and not item.replica_of)
    known = {item.path: item.identifier for item in ready}
    if known:
        yield "run, without what is to stay as it is:"
        wishes = " ".join(f"{path}='{text}'" for path, text in known.items())
        yield f"  tidegen import --env {name} {wishes}"


def candidates_data(
    name: str, found: Sequence[Candidate], unknown: Sequence[str]
) -> dict[str, Any]:
    """The same as plain data."""
    rows = [
        {
            "stack": item.where,
            "path": item.path,
            "type": item.type,
            "identifier": item.identifier or None,
            "note": item.note or None,
        }
        for item in found
    ]
    return {"environment": name, "candidates": rows, "unknown": list(unknown)}
