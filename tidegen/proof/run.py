"""Run the proofs of some families, and keep the results of unchanged files."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tidegen.iam.reference import COMMITTED as REFERENCE
from tidegen.linting.cache import load, store
from tidegen.proof.claims import Claim, Counterexample, Family, Result
from tidegen.proof.escalation import escalation
from tidegen.proof.grants import grants
from tidegen.proof.isolation import accounts, neighbours
from tidegen.proof.network import network
from tidegen.proof.parity import parity
from tidegen.proof.platform import Member, Platform, read_platform
from tidegen.proof.sources import Sources


def results(platform: Platform, family: Family, sources: Sources) -> Iterator[Result]:
    """Yield the results of a family, as they are found."""
    if family is Family.PARITY:
        yield from parity(platform, sources)
        return
    yield from accounts(platform)
    yield from network(platform, sources)
    yield from grants(platform, sources)
    yield from escalation(platform, sources)
    yield from neighbours(platform, sources)


def prove(
    project: Path,
    members: Collection[Member],
    families: Iterable[Family],
    *,
    progress: Callable[[Result], None] = lambda _: None,
) -> list[Result]:
    """Return the results of families; those of unchanged files come from the cache.

    `progress` is called with each new result. Raises InputError for templates that are missing.
    """
    platform: Platform | None = None
    proven: list[Result] = []
    for family in families:
        key = _key(project, members, family)
        kept = load(key)
        if kept is None:
            platform = platform or read_platform(members)
            fresh = []
            for result in results(platform, family, Sources(project)):
                progress(result)
                fresh.append(result)
            kept = [as_data(result) for result in fresh]
            store(key, kept)
        proven += map(_from_data, kept)
    return proven


def as_data(result: Result) -> dict[str, Any]:
    """Return a result as plain data."""
    return {**asdict(result), "verdict": str(result.verdict)}


def _from_data(data: Mapping[str, Any]) -> Result:
    claim = {**data["claim"], "family": Family(data["claim"]["family"])}
    examples = [Counterexample(**example) for example in data["counterexamples"]]
    return Result(
        claim=Claim(**claim),
        subject=tuple(data["subject"]),
        asked=data["asked"],
        counterexamples=tuple(examples),
        accepted=tuple(data["accepted"]),
        reason=data["reason"],
    )


def _key(project: Path, members: Collection[Member], family: Family) -> str:
    """Return a hash of all that decides the results: values, templates, and this package."""
    digest = hashlib.sha256(f"proof {family}".encode())
    for member in sorted(members, key=lambda member: member.target.name):
        digest.update(repr((member.target, sorted(map(str, member.values.items())))).encode())
    folders = sorted({member.release.folder for member in members})
    own = Path(__file__).parent
    sources = [*own.parent.joinpath("iam").glob("*.py"), *own.rglob("*.py"), *own.glob("*.toml")]
    templates = [path for folder in folders for path in folder.rglob("*.yaml")]
    for path in [*sorted(sources), *sorted(templates), REFERENCE]:
        name = path.relative_to(project) if path.is_relative_to(project) else path.name
        digest.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
