"""`tidegen render` through the command line."""

import os

import pytest

from tests.conftest import tidegen


def test_check_prints_nothing_for_current_templates(project):
    done = tidegen("render", "--check", cwd=project)
    assert (done.returncode, done.stdout) == (0, "")


def test_check_shows_a_unified_diff_and_writes_nothing(project):
    path = project / "templates" / "current" / "network.yaml"
    changed = path.read_text().replace("10.0", "10.1") + "# edited\n"
    path.write_text(changed)
    done = tidegen("render", "--check", cwd=project)
    assert done.returncode == 1
    assert "--- committed/network.yaml" in done.stdout
    assert "-# edited" in done.stdout
    assert path.read_text() == changed


def test_templates_that_nothing_renders_are_reported_and_removed(project):
    stale = project / "templates" / "current" / "gone.yaml"
    stale.write_text("Resources: {}\n")
    done = tidegen("render", cwd=project)
    assert done.stdout == "removed gone.yaml\n"
    assert not stale.exists()


def test_naming_a_concern_does_not_change_the_others(project):
    folder = project / "templates" / "current"
    for name in ("network", "encryption"):
        (folder / f"{name}.yaml").write_text("")
    done = tidegen("render", "network", cwd=project)
    assert done.stdout == "changed network.yaml\n"
    assert (folder / "encryption.yaml").read_text() == ""


def test_an_unknown_concern_names_the_closest(project):
    done = tidegen("render", "netwerk", cwd=project)
    assert done.returncode == 2
    assert "concern 'netwerk': does not exist; did you mean 'network'?" in done.stderr


def test_it_works_from_a_subfolder(project):
    done = tidegen("render", "--check", cwd=project / "environments")
    assert done.returncode == 0


def test_outside_a_project(tmp_path):
    done = tidegen("render", cwd=tmp_path)
    assert done.returncode == 2
    assert "environments" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_a_file(project):
    (project / "out").write_text("")
    done = tidegen("render", "--output", "out/below", cwd=project)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder(project):
    folder = project / "templates" / "current"
    (folder / "network.yaml").unlink()
    folder.chmod(0o500)
    done = tidegen("render", cwd=project)
    folder.chmod(0o700)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_a_full_disk_leaves_nothing_half_written(project):
    done = tidegen("render", "--output", "/dev/full/x", cwd=project)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_json_is_written_to_a_separate_folder(project):
    done = tidegen("render", "--format", "json", cwd=project)
    assert done.returncode == 0
    assert (project / "templates" / "json" / "network.json").exists()
