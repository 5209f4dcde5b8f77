"""The steps of a rotation, each of which may be run again at any time.

Source: Secrets Manager guide, "Lambda rotation functions" and its rotation function templates.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .kinds import RotationError, pending_value, secret_of
from .values import fits

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
#: How `tidegen` marks a version whose keys it filled: by the start of the version's id, which a
#: rotation cannot choose, or by a label of the same form (see tidegen/planning/secrets.py).
_MARK = re.compile(r"tidegen-[0-9a-f]{16}(?=-|$)")


@dataclass(frozen=True)
class Rotation:
    """One rotation of one secret; `described` is what DescribeSecret said when the step began."""

    client: Any
    described: Mapping[str, Any]
    token: str

    @property
    def name(self) -> str:
        """The secret's name."""
        return str(self.described["Name"])

    @property
    def labels(self) -> Mapping[str, list[str]]:
        """Version id → its staging labels."""
        return self.described.get("VersionIdsToStages", {})

    @property
    def current(self) -> str:
        """The id of the current version."""
        return next(version for version, names in self.labels.items() if CURRENT in names)

    def text(self, version: str) -> str | None:
        """What a version holds, None where it has no value."""
        wanted = {"SecretId": self.described["ARN"], "VersionId": version}
        try:
            found: Mapping[str, str] = self.client.get_secret_value(**wanted)
            return found.get("SecretString")
        except self.client.exceptions.ResourceNotFoundException:
            return None

    def put(self, text: str) -> None:
        """Make `text` the pending version."""
        self.client.put_secret_value(
            SecretId=self.described["ARN"],
            ClientRequestToken=self.token,
            SecretString=text,
            VersionStages=[PENDING],
        )

    def move(self, label: str, to: str | None, away_from: str | None) -> None:
        """Move a label; refused by Secrets Manager where `away_from` no longer has it."""
        ends = {"MoveToVersionId": to, "RemoveFromVersionId": away_from}
        self.client.update_secret_version_stage(
            SecretId=self.described["ARN"],
            VersionStage=label,
            **{key: version for key, version in ends.items() if version},
        )


def run(client: Any, event: Mapping[str, str]) -> str:
    """Run the step that Secrets Manager asks for; returns what was done, without any value."""
    rotation = Rotation(
        client, client.describe_secret(SecretId=event["SecretId"]), event["ClientRequestToken"]
    )
    step = _STEPS.get(event["Step"])
    if step is None:
        raise RotationError(f"{rotation.name}: there is no step '{event['Step']}'")
    if _is_done(rotation):
        return "the version is current already"
    return step(rotation)


def _is_done(rotation: Rotation) -> bool:
    """Whether the rotation is over; RotationError for a version that is not being rotated to."""
    if rotation.described.get("RotationEnabled") is False:
        raise RotationError(f"{rotation.name}: rotation is off; deploy, or rotate no more")
    labels = rotation.labels.get(rotation.token, [])
    if CURRENT in labels:
        return True
    if PENDING not in labels:
        raise RotationError(
            f"{rotation.name}: version {rotation.token} is not pending; rotate the secret again"
        )
    return False


def _create(rotation: Rotation) -> str:
    if rotation.text(rotation.token) is not None:
        return "the pending version is there"
    text = _current_text(rotation)
    pending = pending_value(rotation.described, text)
    rotation.put(pending)
    return "made the pending version" if pending != text else "nothing is due: carried over"


def _set(_rotation: Rotation) -> str:
    return "nothing to set: whoever uses the secret reads it"


def _test(rotation: Rotation) -> str:
    """Also run by itself when a schedule is made, on a version that may have no value."""
    pending = rotation.text(rotation.token)
    if pending is None:
        return "no pending value: a trial of the schedule"
    _require_fit(rotation, pending)
    return "the pending version fits"


def _finish(rotation: Rotation) -> str:
    """Make the pending version current, if the current one is still what the step began with."""
    _require_fit(rotation, rotation.text(rotation.token) or "")
    for label, to, away_from in _marks(rotation):
        rotation.move(label, to, away_from)
    rotation.move(CURRENT, rotation.token, rotation.current)
    return "made the pending version current"


_STEPS = {"createSecret": _create, "setSecret": _set, "testSecret": _test, "finishSecret": _finish}


def _current_text(rotation: Rotation) -> str:
    text = rotation.text(rotation.current)
    if text is None:
        raise RotationError(f"{rotation.name}: the current version has no value; fill the secret")
    return text


def _require_fit(rotation: Rotation, pending: str) -> None:
    """Give the pending version up where the secret was changed since it was made.

    Without the label the next rotation starts afresh; with it every further one would be refused.
    """
    text = _current_text(rotation)
    secret = secret_of(rotation.described, text)
    if fits(text, pending, secret.rotated + secret.alternated):
        return
    rotation.move(PENDING, None, rotation.token)
    raise RotationError(
        f"{rotation.name}: was changed while it was rotated, the new version is given up; "
        "rotate the secret again"
    )


def _marks(rotation: Rotation) -> Iterator[tuple[str, str | None, str | None]]:
    """Moves (label, to, away from): the current version's mark goes along, older ones go away.

    A rotation fills and empties no key. A label that stays would keep its version, and so an old
    value, for ever.
    """
    labels = {
        label: version
        for version, names in rotation.labels.items()
        for label in names
        if _MARK.fullmatch(label)
    }
    mark = _MARK.match(rotation.current)
    kept = next((label for label, owner in labels.items() if owner == rotation.current), None)
    wanted = mark[0] if mark else kept
    if wanted and labels.get(wanted) != rotation.token:
        yield wanted, rotation.token, labels.get(wanted)
    yield from ((label, None, owner) for label, owner in labels.items() if label != wanted)
