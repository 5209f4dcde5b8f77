"""The ARNs that a handler's call names: of its own resource, and of those in its properties.

The reference says which types an action acts on, and how their ARNs look. Parts that are known
only after the call, such as the id of a new resource, are `UNKNOWN`.
"""

import functools
import itertools
import re

from tidegen.iam.arns import VARIABLE, filled, fixed, is_own, own_arn, values_of
from tidegen.iam.patterns import UNKNOWN
from tidegen.iam.reference import Action, ResourceType
from tidegen.iam.subject import Subject
from tidegen.local.authorization.exceptions import named_in


def targets(action: Action, subject: Subject) -> list[tuple[ResourceType, str]]:
    """Return the resources that a call names, each of which must be allowed."""
    places = named_in(action.name, subject)
    own = [kind for kind in action.types if is_own(kind, subject)]
    # Tags are set, and a resource is read, on what the stack manages, not on what it names.
    only_own = own and action.level in ("Tagging", "Read", "List")
    kinds = own if only_own else action.types
    named = [(kind, arn) for kind in kinds for arn in _arns(kind, subject, places)]
    reached = {kind.name for kind, _ in named}
    missing = [kind for kind in action.types if kind.required and kind.name not in reached]
    return named + [(kind, filled(kind, subject, {})) for kind in missing]


def somewhere(action: Action) -> str:
    """Return the ARN of an unknown resource of the action's service."""
    service = action.name.partition(":")[0]
    return f"arn:aws:{service}:{UNKNOWN}:{UNKNOWN}:{UNKNOWN}"


def _arns(kind: ResourceType, subject: Subject, places: tuple[str, ...] | None = None) -> list[str]:
    """Return the ARNs of one type that the subject is or names, in these properties or in all."""
    pattern = _pattern(kind.arn)
    texts = [text for name, text in subject.texts if places is None or name in places]
    given = [text for text in texts if pattern.fullmatch(text)]
    if is_own(kind, subject):
        own = [arn for arn in given if subject.physical_id and subject.physical_id in arn]
        return own[:1] or [own_arn(kind, subject)]
    return list(dict.fromkeys(given)) or _bound(kind, subject)


@functools.cache
def _pattern(arn: str) -> re.Pattern[str]:
    """Return a pattern for ARNs of a type."""
    parts = VARIABLE.split(arn)
    texts = [re.escape(part) if index % 2 == 0 else "[^:*]*" for index, part in enumerate(parts)]
    return re.compile("".join(texts))


def _bound(kind: ResourceType, subject: Subject) -> list[str]:
    """Return the ARNs whose variables all have values among the properties."""
    names = [name for name in VARIABLE.findall(kind.arn) if name not in fixed(subject)]
    values = [values_of(name, kind, subject) for name in names]
    return [
        filled(kind, subject, dict(zip(names, chosen, strict=True)))
        for chosen in itertools.product(*values)
    ]
