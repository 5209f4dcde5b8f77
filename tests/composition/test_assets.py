"""Assets: the same files give the same bytes, whenever and wherever they are built."""

import io
import os
import tarfile
import zipfile

import pytest

from tidegen.composition import build_assets
from tidegen.contract import Asset, Concern, Scope


def built(folder, archive):
    concern = Concern(
        name="c",
        scopes=(Scope.ENVIRONMENT,),
        purpose="Test.",
        add_resources=lambda _template, _context: None,
        assets=(Asset("a", folder, archive),),
    )
    return build_assets([concern])["a"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "b.sh").write_text("#!/bin/sh\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text("text")
    return tmp_path


@pytest.mark.parametrize("archive", ["zip", "tar"])
def test_times_and_modes_of_the_files_do_not_matter(folder, archive):
    before = built(folder, archive)
    os.utime(folder / "b.sh", (1, 1))
    (folder / "b.sh").chmod(0o600)
    after = built(folder, archive)
    assert before.content == after.content
    assert before.key == f"assets/{before.sha256}/a.{archive}"


def test_one_changed_byte_changes_the_key(folder):
    before = built(folder, "zip")
    (folder / "sub" / "a.txt").write_text("Text")
    assert built(folder, "zip").key != before.key


def test_scripts_are_executable_in_both(folder):
    with zipfile.ZipFile(io.BytesIO(built(folder, "zip").content)) as archive:
        modes = {i.filename: i.external_attr >> 16 & 0o777 for i in archive.infolist()}
    with tarfile.open(fileobj=io.BytesIO(built(folder, "tar").content)) as tar:
        assert {m.name: m.mode for m in tar} == modes == {"b.sh": 0o755, "sub/a.txt": 0o644}
