"""Findings in the project's templates name the line of the concern that created the resource."""

import linecache

import pytest
from troposphere import Template

from tests.conftest import ROOT
from tidegen.linting.model import Finding
from tidegen.linting.origins import with_origins

FOLDER = ROOT / "templates" / "current"


def origin(name, pointer):
    finding = Finding(
        path=str(FOLDER / name),
        line=1,
        column=1,
        rule="E1",
        severity="error",
        message="m",
        pointer=pointer,
    )
    return with_origins([finding], FOLDER)[0].origin


@pytest.mark.parametrize(
    ("name", "pointer", "file", "text"),
    [
        ("network.yaml", "Resources/Vpc/Properties/CidrBlock", "network/__init__.py", "Vpc"),
        ("storage.yaml", "Resources/BackupsBucket", "storage/__init__.py", "add_data_bucket"),
        (
            "storage.yaml",
            "Outputs/BackupsBucketName/Value",
            "storage/__init__.py",
            "BackupsBucketName",
        ),
        ("storage.yaml", "Parameters/Project", "storage/__init__.py", "Concern("),
        ("database.yaml", "Resources/RestoreRole", "database/documents.py", "add_"),
        ("roots/access.yaml", "Resources/Boundary", "", ""),
        ("roots/access.yaml", "Resources/ExecutionPolicy1", "access/__init__.py", "ManagedPolicy"),
        ("roots/access.yaml", "Parameters/Project", "access/__init__.py", "Concern("),
        # a template that the build reads for its types
        ("roots/access.yaml", "Resources/Vpc", "", ""),
    ],
)
def test_a_finding_names_the_line_that_created_the_resource(name, pointer, file, text):
    path, _, line = origin(name, pointer).rpartition(":")
    assert path == (f"tidegen/concerns/{file}" if file else "")
    if file:
        module = str(ROOT / path)
        around = [linecache.getline(module, int(line) + offset) for offset in range(-3, 3)]
        assert text in "".join(around)


def test_a_template_outside_the_project_has_no_origin(tmp_path):
    finding = Finding(
        path=str(tmp_path / "a.yaml"),
        line=1,
        column=1,
        rule="E1",
        severity="error",
        message="m",
        pointer="Resources/Vpc",
    )
    assert with_origins([finding], FOLDER) == [finding]


def test_troposphere_is_restored():
    before = {name: getattr(Template, name) for name in dir(Template) if name.startswith("add_")}
    assert origin("dns.yaml", "Outputs/NameServers")
    assert {name: getattr(Template, name) for name in before} == before
