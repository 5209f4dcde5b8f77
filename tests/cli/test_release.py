"""A release through the command line: frozen, deployed, and refused after a change."""

import hashlib
import json
import subprocess
from datetime import UTC, datetime, timedelta

from tests.conftest import tidegen, unmeasured_engine
from tidegen.cli.checkout import commit, uncommitted, untracked


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
        assert "pins" not in status.stdout
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
    assert "differs from the source in" in done.stderr
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


def git(folder, *arguments):
    who = ("-c", "user.name=t", "-c", "user.email=t@tide.example")
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_only_what_is_committed_is_frozen(project):
    """The manifest's commit contains the templates: git itself is asked for their bytes."""
    git(project, "init", "--quiet")
    done = tidegen("release", "v0", cwd=project)
    assert done.returncode == 0
    assert "warning: not in git, or without a commit" in done.stderr
    git(project, "add", "--all")
    git(project, "reset", "--quiet", "templates/current/dns.yaml")
    git(project, "commit", "--quiet", "--message=first")
    done = tidegen("release", "v1", cwd=project)
    assert done.returncode == 1
    assert "not committed: " in done.stderr
    assert "templates/current/dns.yaml" in done.stderr
    assert not (project / "templates" / "releases" / "v1").exists()
    git(project, "add", "templates/current/dns.yaml")
    assert tidegen("release", "v1", cwd=project).returncode == 1
    git(project, "commit", "--quiet", "--message=second")
    assert tidegen("release", "v1", cwd=project).returncode == 0
    folder = project / "templates" / "releases" / "v1"
    commit = json.loads((folder / "manifest.json").read_text())["commit"]
    for name in ("dns.yaml", "roots/access.yaml"):
        frozen = (folder / name).read_text()
        assert git(project, "show", f"{commit}:templates/current/{name}") == frozen


def test_files_that_git_does_not_have_as_they_are(tmp_path):
    assert commit(tmp_path) is None
    assert untracked(tmp_path, [tmp_path / "a"]) == []
    git(tmp_path, "init", "--quiet")
    for name in ("kept.py", "changed.py", "ignored.yaml", "a b.py"):
        (tmp_path / name).write_text("1")
    (tmp_path / ".gitignore").write_text("*.yaml\n")
    git(tmp_path, "add", "kept.py", "changed.py", ".gitignore")
    git(tmp_path, "commit", "--quiet", "--message=first")
    (tmp_path / "changed.py").write_text("2")
    assert uncommitted(tmp_path, [tmp_path, tmp_path.parent]) == ["a b.py", "changed.py"]
    files = [tmp_path / name for name in ("kept.py", "ignored.yaml")]
    assert untracked(tmp_path, files) == [str(tmp_path / "ignored.yaml")]
    assert commit(tmp_path) == git(tmp_path, "rev-parse", "HEAD").strip()


def test_status_shows_the_pinned_release_next_to_the_deployed_one(project):
    """A deploy of the same templates under another name changes nothing, the name included."""
    name = ("--env", "account-nonproduction")
    with unmeasured_engine() as engine:
        env = engine.environment_variables()
        assert tidegen("deploy", *name, "--yes", cwd=project, env=env).returncode == 0
        assert tidegen("release", "v1", cwd=project).returncode == 0
        pinned(project, "v1")
        done = tidegen("deploy", *name, "--yes", cwd=project, env=env)
        assert "nothing to change" in done.stdout
        done = tidegen("status", *name, cwd=project, env=env)
        assert done.stdout.count("the file pins release v1: the same templates") == 3
        root = project / "templates" / "releases" / "v1" / "roots" / "identity.yaml"
        root.write_text(root.read_text() + "# other\n")
        done = tidegen("status", *name, "--json", cwd=project, env=env)
        rows = json.loads(done.stdout)
        assert {row["pinned"] for row in rows} == {"v1"}
        assert {row["release"] for row in rows} == {"current"}
        assert [row["has_pinned_templates"] for row in rows] == [False, True, True]


def test_a_release_whose_manifest_was_adjusted_is_restored_not_rendered(project):
    assert tidegen("release", "v1", cwd=project).returncode == 0
    pinned(project, "v1")
    folder = project / "templates" / "releases" / "v1"
    audit, manifest = folder / "audit.yaml", folder / "manifest.json"
    audit.write_text(audit.read_text() + "# edited\n")
    data = json.loads(manifest.read_text())
    data["files"]["audit.yaml"] = hashlib.sha256(audit.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(data))
    done = tidegen("plan", "--env", "account-nonproduction", "--local", cwd=project)
    assert done.returncode == 2
    assert "audit.yaml: differs from the hash in its root" in done.stderr
    assert "restore the release from version control" in done.stderr
    assert "render" not in done.stderr


def test_a_new_project_survives_a_clone_that_converts_line_ends(tmp_path):
    """git's core.autocrlf is on by default on Windows; a template's hash is of its bytes."""
    first, second = tmp_path / "first", tmp_path / "second"
    assert tidegen("init", "first", cwd=tmp_path).returncode == 0
    git(first, "init", "--quiet")
    git(first, "add", "--all")
    git(first, "commit", "--quiet", "--message=first")
    git(tmp_path, "clone", "--quiet", "--config=core.autocrlf=true", str(first), str(second))
    assert b"\r\n" in (second / "environments" / "staging.yaml").read_bytes()
    assert tidegen("render", "--check", cwd=second).returncode == 0
    assert tidegen("list", cwd=second).returncode == 0


def test_a_project_name_that_no_file_could_have_is_refused(tmp_path):
    for name in ("Bad Name", "p" * 25):
        done = tidegen("init", "p2", "--project", name, cwd=tmp_path)
        assert done.returncode == 2
        assert "--project: is not a project" in done.stderr
        assert not (tmp_path / "p2").exists()
