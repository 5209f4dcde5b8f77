"""Output of `tidegen import`: planned imports and importable resources, as text or data."""

from collections.abc import Iterator, Sequence
from typing import Any

from tidegen.counting import counted
from tidegen.planning.importing import Adoption, ImportPlan, StackImport
from tidegen.planning.model import StackAddress
from tidegen.planning.preflight import Candidate
from tidegen.reporting.template_values import value_text

_ASSUMED = "are assumed to be current, and a deploy sets only later changes"


def import_text(plan: ImportPlan, first: Sequence[StackAddress] = ()) -> str:
    """Return a block for each stack: resources, identifiers, and the next deploy's changes.

    `first` are the roots that are deployed before the import.
    """
    head = f"{plan.environment}: {counted(len(plan.adoptions), 'resource')} to import, unchanged"
    before = [f"  {address}  deployed first" for address in dict.fromkeys(first)]
    return "\n".join(
        [head, *before, *(line for item in plan.imports for line in _stack_lines(item))]
    )


def _stack_lines(item: StackImport) -> Iterator[str]:
    where = f", nested stack {item.nested}" if item.nested else ""
    creation = "" if item.stack_id else "  (created first, empty)"
    yield f"  {item.address}{where}{creation}"
    yield from (f"    {path}  already in the stack" for path in item.members)
    for adoption in item.adoptions:
        yield from _adoption_lines(adoption)


def _adoption_lines(adoption: Adoption) -> Iterator[str]:
    imported = adoption.imported
    identified = ", ".join(f"{name} {value}" for name, value in imported.identifier.items())
    replaced = f"  in place of {adoption.replaces}, which is kept" if adoption.replaces else ""
    yield f"    < {adoption.path}  {imported.type}  {identified}{replaced}"
    if adoption.differences is None:
        yield f"        the resource cannot be read; the template's values {_ASSUMED}"
    for item in adoption.differences or ():
        is_now, becomes = value_text(item.before), value_text(item.after)
        yield f"        {item.name}: is {is_now}; the next deploy sets {becomes}"
    if adoption.unread:
        names = ", ".join(adoption.unread)
        yield f"        {names}: cannot be read; the template's values {_ASSUMED}"
    if adoption.left_out:
        names = ", ".join(adoption.left_out)
        yield f"        {names}: known after deployment; the next deploy sets it"


def import_data(plan: ImportPlan, first: Sequence[StackAddress] = ()) -> dict[str, Any]:
    """Return the planned imports as plain data."""
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
    differences = adoption.differences
    return {
        "path": adoption.path,
        "type": adoption.imported.type,
        "identifier": dict(adoption.imported.identifier),
        "replaces": adoption.replaces or None,
        "left_out": list(adoption.left_out),
        "unread": list(adoption.unread),
        "differences": None
        if differences is None
        else [{"name": d.name, "is": d.before, "wanted": d.after} for d in differences],
    }


def candidates_text(name: str, candidates: Sequence[Candidate], unknown: Sequence[str]) -> str:
    """Return a line for each candidate, then the command that imports the identified ones."""
    if not candidates:
        lines = [f"{name}: no existing resources to import"]
    else:
        lines = [f"{name}: these resources exist already, outside the project's stacks"]
        lines += [_candidate_line(item) for item in candidates]
        lines += _command_lines(name, candidates)
    return "\n".join([*lines, *(f"not searched  {item}" for item in unknown)])


def _candidate_line(item: Candidate) -> str:
    note = f"  ({item.note})" if item.note else ""
    return f"  {item.where}  {item.path}  {item.type}  {item.identifier or '?'}{note}"


def _command_lines(name: str, candidates: Sequence[Candidate]) -> Iterator[str]:
    ready = (item for item in candidates if item.identifier and not item.replica_of)
    known = {item.path: item.identifier for item in ready}
    if known:
        yield "run this, without the resources that stay outside the stacks:"
        arguments = " ".join(f"{path}='{text}'" for path, text in known.items())
        yield f"  tidegen import --env {name} {arguments}"


def candidates_data(
    name: str, candidates: Sequence[Candidate], unknown: Sequence[str]
) -> dict[str, Any]:
    """Return importable resources as plain data."""
    rows = [
        {
            "stack": item.where,
            "path": item.path,
            "type": item.type,
            "identifier": item.identifier or None,
            "note": item.note or None,
        }
        for item in candidates
    ]
    return {"environment": name, "candidates": rows, "unknown": list(unknown)}
