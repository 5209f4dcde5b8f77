"""The release that an environment file pins, and the one of each deployed root."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from tidegen.deployment.port import Connect
from tidegen.deployment.reading.status import RootStatus
from tidegen.deployment.run import Clouds


def with_pinned(
    roots: Iterable[RootStatus], release: str, folder: Path, connect: Connect
) -> tuple[RootStatus, ...]:
    """Return the roots with the pinned release, whose templates are in `folder`.

    The name of a release is not part of a digest: a deploy of the same templates under another name
    changes nothing, and the stack keeps the former name. So the templates are compared, too, where
    the names differ.
    """
    clouds = Clouds.of(connect)
    return tuple(_with_pinned(root, release, folder, clouds) for root in roots)


def _with_pinned(root: RootStatus, release: str, folder: Path, clouds: Clouds) -> RootStatus:
    if root.status is None or root.foreign or root.release == release:
        return replace(root, pinned=release)
    path = folder / "roots" / f"{root.address.scope}.yaml"
    wanted = path.read_text(encoding="utf-8") if path.is_file() else ""
    deployed = clouds.at(root.address.place).template(root.address.name)
    same = bool(wanted) and deployed.strip() == wanted.strip()
    return replace(root, pinned=release, has_pinned_templates=same)
