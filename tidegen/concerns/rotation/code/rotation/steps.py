"""The steps of a rotation; each is idempotent.

Source: Secrets Manager guide, "Lambda rotation functions" and its rotation function templates.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .kinds import RotationError, pending_value, secret_of
from .values import fits

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
#: Mark of a version whose keys `tidegen` filled: the start of the version's id, which a rotation
#: cannot choose, or a label of the same form (see tidegen/planning/secrets.py).
_MARK = re.compile(r"tidegen-[0-9a-f]{16}(?=-|$)")


@dataclass(frozen=True)
class Rotation:
    """One rotation of one secret; `described` is DescribeSecret's answer when the step began."""

    client: Any
    described: Mapping[str, Any]
    token: str

    @property
    def name(self) -> str:
        """Return the secret's name."""
        return str(self.described["Name"])

    @property
    def labels(self) -> Mapping[str, list[str]]:
        """Return version id → staging labels."""
        return self.described.get("VersionIdsToStages", {})

    @property
    def current(self) -> str:
        """Return the id of the current version."""
        return next(version for version, names in self.labels.items() if CURRENT in names)

    def text(self, version: str) -> str | None:
        """Return a version's value, or None if it has none."""
        request = {"SecretId": self.described["ARN"], "VersionId": version}
        try:
            answer: Mapping[str, str] = self.client.get_secret_value(**request)
            return answer.get("SecretString")
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
        """Move a label; Secrets Manager refuses if `away_from` no longer has it."""
        ends = {"MoveToVersionId": to, "RemoveFromVersionId": away_from}
        self.client.update_secret_version_stage(
            SecretId=self.described["ARN"],
            VersionStage=label,
            **{key: version for key, version in ends.items() if version},
        )


def run(client: Any, event: Mapping[str, str]) -> str:
    """Run the step that Secrets Manager requests; return its result in words, without values."""
    rotation = Rotation(
        client, client.describe_secret(SecretId=event["SecretId"]), event["ClientRequestToken"]
    )
    step = _STEPS.get(event["Step"])
    if step is None:
        raise RotationError(f"{rotation.name}: unknown step '{event['Step']}'")
    if _is_done(rotation):
        return "the version is current already"
    return step(rotation)


def _is_done(rotation: Rotation) -> bool:
    """Return whether the rotation is complete; raise RotationError if it cannot continue."""
    if rotation.described.get("RotationEnabled") is False:
        raise RotationError(f"{rotation.name}: rotation is off; deploy to switch it on")
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
        return "the pending version exists"
    text = _current_text(rotation)
    pending = pending_value(rotation.described, text)
    rotation.put(pending)
    return "created the pending version" if pending != text else "no change is due: value kept"


def _set(_rotation: Rotation) -> str:
    return "nothing to set: users of the secret read its value"


def _test(rotation: Rotation) -> str:
    """Check the pending version; Secrets Manager also runs this to test a new schedule.

    The version may then have no value.
    """
    pending = rotation.text(rotation.token)
    if pending is None:
        return "no pending value: a test of the schedule"
    _require_fit(rotation, pending)
    return "the pending version is valid"


def _finish(rotation: Rotation) -> str:
    """Make the pending version current, if the current one has not changed since it was created."""
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
    """Discard the pending version if the secret was changed since it was created.

    Without the label the next rotation can start; with it every further one would be refused.
    """
    text = _current_text(rotation)
    secret = secret_of(rotation.described, text)
    if fits(text, pending, secret.rotated + secret.alternated):
        return
    rotation.move(PENDING, None, rotation.token)
    raise RotationError(
        f"{rotation.name}: was changed during its rotation, so the new version was discarded; "
        "rotate the secret again"
    )


def _marks(rotation: Rotation) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield moves (label, to, away from): of the current mark, and to remove older marks.

    A rotation fills and empties no key, so the mark stays valid. A label that is not removed would
    keep its version, and so an old value, forever.
    """
    labels = {
        label: version
        for version, names in rotation.labels.items()
        for label in names
        if _MARK.fullmatch(label)
    }
    mark = _MARK.match(rotation.current)
    label_of_current = next(
        (label for label, version in labels.items() if version == rotation.current), None
    )
    valid = mark[0] if mark else label_of_current
    if valid and labels.get(valid) != rotation.token:
        yield valid, rotation.token, labels.get(valid)
    yield from ((label, None, version) for label, version in labels.items() if label != valid)
