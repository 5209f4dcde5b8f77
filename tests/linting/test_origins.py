"""Findings about our own templates name the concern's line that made the resource."""

import linecache

import pytest
from troposphere import Template

from tests.conftest import ROOT
from tidegen.linting import Finding
from tidegen.linting.origins import with_origins

FOLDER = ROOT / "templates" / "current"


def origin(name, pointer):
    finding = Finding(str(FOLDER / name), 1, 1, "E1", "error", "m", pointer=pointer)
    return with_origins([finding], FOLDER)[0].origin


@pytest.mark.parametrize(
    ("name", "pointer", "file", "text"),
    [
        ("network.yaml", "Resources/Vpc/Properties/CidrBlock", "network/__init__.py", "Vpc"),
        ("storage.yaml", "Resources/BackupsBucket", "storage/__init__.py", "add_data_bucket"),
        ("storage.yaml", "Outputs/BackupsBucketName/Value", "storage/__init__.py", "add_outputs"),
        ("storage.yaml", "Parameters/Project", "storage/__init__.py", "new_template"),
        ("database.yaml", "Resources/RestoreRole", "database/documents.py", "add_"),
        ("roots/access.yaml", "Resources/Boundary", "", ""),
        ("roots/access.yaml", "Resources/ExecutionPolicy1", "access/__init__.py", "ManagedPolicy"),
        ("roots/access.yaml", "Parameters/Project", "access/__init__.py", "new_template"),
        # built on the way, to see which types it has
        ("roots/access.yaml", "Resources/Vpc", "", ""),
    ],
)
def test_the_line_that_made_it(name, pointer, file, text):
    path, _, line = origin(name, pointer).rpartition(":")
    assert path == (f"tidegen/concerns/{file}" if file else "")
    if file:
        module = str(ROOT / path)
        around = [linecache.getline(module, int(line) + offset) for offset in range(-3, 3)]
        assert text in "".join(around)


def test_a_template_elsewhere_has_none(tmp_path):
    finding = Finding(str(tmp_path / "a.yaml"), 1, 1, "E1", "error", "m", pointer="Resources/Vpc")
    assert with_origins([finding], FOLDER) == [finding]


def test_troposphere_is_left_as_it_was():
    before = {name: getattr(Template, name) for name in dir(Template) if name.startswith("add_")}
    assert origin("dns.yaml", "Outputs/NameServers")
    assert {name: getattr(Template, name) for name in before} == before
