"""Findings about our own templates name the concern's line that made the resource."""

import linecache
from pathlib import Path

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
        ("network.yaml", "Resources/Vpc/Properties/CidrBlock", "network.py", "Vpc"),
        ("storage.yaml", "Resources/BackupsBucket", "storage.py", "add_data_bucket"),
        ("storage.yaml", "Outputs/BackupsBucketName/Value", "storage.py", "add_outputs"),
        ("storage.yaml", "Parameters/Project", "storage.py", "new_template"),
        ("roots/access.yaml", "Resources/Boundary", "", ""),
    ],
)
def test_the_line_that_made_it(name, pointer, file, text):
    path, _, line = origin(name, pointer).rpartition(":")
    assert Path(path).name == file
    if file:
        module = str(ROOT / "tidegen" / "concerns" / file)
        around = [linecache.getline(module, int(line) + offset) for offset in range(-3, 3)]
        assert text in "".join(around)


def test_a_template_elsewhere_has_none(tmp_path):
    finding = Finding(str(tmp_path / "a.yaml"), 1, 1, "E1", "error", "m", pointer="Resources/Vpc")
    assert with_origins([finding], FOLDER) == [finding]


def test_troposphere_is_left_as_it_was():
    before = {name: getattr(Template, name) for name in dir(Template) if name.startswith("add_")}
    assert origin("dns.yaml", "Outputs/NameServers")
    assert {name: getattr(Template, name) for name in before} == before
