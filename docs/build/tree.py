"""The whole source tree as data: pages and the engine's configuration, by their path."""

import json
from collections.abc import Mapping
from pathlib import Path

from docs.build import states
from docs.build.commands import commands_page
from docs.build.concerns import contract_pages, index_page, whole_page
from docs.build.environments import environments_page
from docs.build.failures import failures_page
from docs.build.local_types import local_types_page
from docs.build.refusals import refusals_page
from docs.build.rules import rules_page
from tidegen.contract import Concern

#: The folder of the written pages.
WRITTEN = Path(__file__).resolve().parents[1]
CONFIGURATION = "zensical.toml"
#: The line of the configuration that each concern's page replaces in the navigation.
_NAVIGATION = "# each concern\n"


def source_tree(written: Path, concerns: tuple[Concern, ...]) -> dict[str, str]:
    """Return every file of the tree: the configuration, and below `pages` Markdown alone."""
    pages = _written_pages(written)
    pages |= _reference(concerns) | _concerns(pages, concerns)
    configuration = (written / CONFIGURATION).read_text()
    return {
        CONFIGURATION: _with_concerns(configuration, concerns),
        **{
            f"pages/{name}": text.replace(states.PLACEHOLDER, states.states_table())
            for name, text in pages.items()
        },
    }


def without_written_page(written: Path, concerns: tuple[Concern, ...]) -> list[str]:
    """Return the paths of missing written pages."""
    paths = [_path(concern.name) for concern in concerns]
    return [path for path in paths if not (written / path).is_file()]


def _written_pages(written: Path) -> dict[str, str]:
    paths = sorted(written.rglob("*.md"))
    return {path.relative_to(written).as_posix(): path.read_text() for path in paths}


def _reference(concerns: tuple[Concern, ...]) -> dict[str, str]:
    return {
        "reference/commands.md": commands_page(),
        "reference/environments.md": environments_page(),
        "reference/failures.md": failures_page(),
        "reference/local-types.md": local_types_page(concerns),
        "reference/refusals.md": refusals_page(),
        "reference/rules.md": rules_page(),
    }


def _concerns(written: Mapping[str, str], concerns: tuple[Concern, ...]) -> dict[str, str]:
    pages = {
        _path(name): whole_page(name, contract, written.get(_path(name)))
        for name, contract in contract_pages(concerns).items()
    }
    return {"concerns/index.md": index_page(concerns), **pages}


def _path(concern: str) -> str:
    return f"concerns/{concern}.md"


def _with_concerns(configuration: str, concerns: tuple[Concern, ...]) -> str:
    """Return the configuration with a page for each concern in the navigation."""
    entries = "".join(f"{json.dumps(_path(concern.name))},\n" for concern in concerns)
    return configuration.replace(_NAVIGATION, entries)
