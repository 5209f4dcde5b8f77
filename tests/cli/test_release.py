"""A release through the command line: frozen, deployed, and refused after a change."""

import json
from datetime import UTC, datetime, timedelta

from tests.conftest import tidegen, unmeasured_engine


def pinned(project, name):
    path = project / "environments" / "account-nonproduction.yaml"
    path.write_text(f"{path.read_text()}\nrelease: {name}\n")


def test_a_release_is_deployed_as_it_was_frozen(project):
    done = tidegen("release", "v1", cwd=project)
    assert done.returncode == 0, done.stderr
    assert "set 'release: v1' to use it" in done.stdout
    folder = project / "templates" / "releases" / "v1"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert "audit.yaml" in manifest["files"]
    assert datetime.now(UTC) - datetime.fromisoformat(manifest["frozen"]) < timedelta(minutes=5)
    pinned(project, "v1")
    # the current source does not matter
    (project / "templates" / "current" / "network.yaml").write_text("Resources: {}\n")
    with unmeasured_engine() as engine:
        env = engine.environment_variables()
        deploy = ("deploy", "--env", "account-nonproduction", "--yes")
        done = tidegen(*deploy, cwd=project, env=env)
        assert done.returncode == 0, done.stderr
        status = tidegen("status", "--env", "account-nonproduction", cwd=project, env=env)
        assert "release v1" in status.stdout
        audit = folder / "audit.yaml"
        audit.write_text(audit.read_text() + "# edited\n")
        done = tidegen(*deploy, cwd=project, env=env)
    assert done.returncode == 1
    assert "audit.yaml: differs from the frozen file" in done.stderr


def test_only_what_the_source_renders_is_frozen(project):
    path = project / "templates" / "current" / "network.yaml"
    path.write_text(path.read_text() + "# edited\n")
    done = tidegen("release", "v1", cwd=project)
    assert done.returncode == 1
    assert "differ from what the source renders" in done.stderr
    assert not (project / "templates" / "releases").exists()


def test_a_release_name_that_no_environment_file_could_use(project):
    for name in ("current", "../x", "a b"):
        done = tidegen("release", name, cwd=project)
        assert done.returncode == 2
        assert "cannot be the name of a release" in done.stderr


def test_a_release_that_does_not_exist(project):
    pinned(project, "v9")
    done = tidegen("deploy", "--env", "account-nonproduction", "--local", "--yes", cwd=project)
    assert done.returncode == 2
    assert "'tidegen release' creates releases" in done.stderr
