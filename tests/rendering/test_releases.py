"""A release is what was frozen, byte for byte, or it is refused."""

import json

import pytest

from tidegen.errors import InputError, RefusedError
from tidegen.rendering import freeze, manifest_of, require_frozen

FILES = {"network.yaml": b"a", "roots/environment.yaml": b"b", "assets/12/relay.zip": b"c"}


@pytest.fixture
def release(tmp_path):
    folder = tmp_path / "releases" / "v1"
    freeze(folder, FILES, {"release": "v1", "tidegen": "1.0", "commit": None})
    return folder


def test_a_release_holds_every_file_and_a_manifest(release):
    assert {path: (release / path).read_bytes() for path in FILES} == FILES
    manifest = manifest_of(release)
    assert (manifest["release"], manifest["commit"]) == ("v1", None)
    assert manifest["files"].keys() == FILES.keys()
    require_frozen(release)


def test_a_release_never_changes(release):
    with pytest.raises(InputError, match="a release never changes"):
        freeze(release, {}, {})
    assert [path.name for path in release.parent.iterdir()] == ["v1"]


def test_all_differences_are_reported_at_once(release):
    (release / "network.yaml").write_bytes(b"x")
    (release / "roots" / "environment.yaml").unlink()
    (release / "other.yaml").write_bytes(b"d")
    with pytest.raises(RefusedError) as raised:
        require_frozen(release)
    assert [
        str(problem).partition("v1/")[2].split(";")[0] for problem in raised.value.problems
    ] == [
        "network.yaml: differs from the frozen file",
        "other.yaml: does not belong to the release",
        "roots/environment.yaml: is missing",
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"files": []})])
def test_a_broken_manifest_is_refused(release, text):
    (release / "manifest.json").write_text(text)
    with pytest.raises(InputError, match="is not a manifest"):
        require_frozen(release)


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "releases").write_text("a file where a folder should be")
    with pytest.raises(InputError, match="cannot be written"):
        freeze(tmp_path / "releases" / "v1", FILES, {})
