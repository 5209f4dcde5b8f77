"""The platform of the committed files, read once, and a copy of it with one resource changed."""

import copy
from dataclasses import replace
from pathlib import Path

import pytest

from tidegen.cli.targets import members_of
from tidegen.environments import load_all
from tidegen.proof.platform import Platform, read_platform
from tidegen.proof.sources import Sources

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def platform():
    files = load_all(ROOT)
    return read_platform(members_of(ROOT, files))


@pytest.fixture(scope="session")
def sources():
    return Sources(ROOT)


@pytest.fixture
def planted(platform):
    """Return the platform with the resource at a path of a root changed by a function."""

    def plant(stack, path, change, subject=None):
        roots = []
        for root in platform.roots:
            if root.address.name == stack and root.account in ("444455556666", subject):
                resources = copy.deepcopy(root.resources)
                change(resources[path]["Properties"])
                root = replace(root, resources=resources)
            roots.append(root)
        return Platform(platform.members, tuple(roots))

    return plant
