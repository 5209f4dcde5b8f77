"""A refused change, its remedy, and the option that consents to it by name."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from tidegen.counting import counted
from tidegen.errors import InputError, Problem
from tidegen.planning.changes import Change


class Consent(StrEnum):
    """The option that allows a refused change; NONE where AWS would refuse it all the same."""

    REPLACE = "--allow-replace"
    LOCK = "--allow-lock"
    NONE = ""


def lock_consent(name: str) -> str:
    """Return the consent to a change of one resource's lock, to pass with allowed names."""
    return f"lock:{name}"


@dataclass(frozen=True)
class Refusal:
    """A refused change: the reason, the remedy, and the option that allows it."""

    change: Change
    reason: str
    remedy: str
    consent: Consent = Consent.REPLACE

    def is_allowed(self, allowed: Collection[str]) -> bool:
        """Return whether `allowed` names the change, by path or logical id."""
        names = {self.change.path, self.change.logical_id}
        match self.consent:
            case Consent.REPLACE:
                return bool(names & set(allowed))
            case Consent.LOCK:
                return bool({lock_consent(name) for name in names} & set(allowed))
        return False

    def __str__(self) -> str:
        allow = f", or use {self.consent} {self.change.path}" if self.consent else ""
        return f"{self.change.type} {self.reason} ({self.change.source}); {self.remedy}{allow}"


def resolved(allowed: Iterable[str], changes: Collection[Change]) -> tuple[str, ...]:
    """Return the consents by path; raise InputError for one that names no change, or several.

    A logical id alone may be that of resources in many nested stacks.
    """
    ids = Counter(change.logical_id for change in changes)
    paths = {change.path for change in changes}
    by_id = {change.logical_id: change.path for change in changes if ids[change.logical_id] == 1}
    names, problems = [], []
    for consent in allowed:
        option, name = _parts(consent)
        path = name if name in paths else by_id.get(name)
        if path is None:
            problems.append(Problem(f"{option} {name}", _unknown(name, ids, changes)))
        else:
            names.append(lock_consent(path) if option is Consent.LOCK else path)
    if problems:
        raise InputError.of(problems)
    return tuple(names)


def _parts(consent: str) -> tuple[Consent, str]:
    kind, _, name = consent.rpartition(":")
    return (Consent.LOCK, name) if kind == "lock" else (Consent.REPLACE, consent)


def _unknown(name: str, ids: Counter[str], changes: Collection[Change]) -> str:
    if ids[name] > 1:
        paths = sorted(change.path for change in changes if change.logical_id == name)
        return f"names {counted(len(paths), 'change')}; use a path: {', '.join(paths)}"
    close = get_close_matches(name, [change.path for change in changes], n=1)
    hint = f"did you mean {close[0]}?" if close else "use a path of the plan"
    return f"is no change of this plan; {hint}"
