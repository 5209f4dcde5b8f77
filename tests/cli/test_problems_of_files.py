"""A file with problems stops its own environment; others are warned of it and go on."""

import json

import pytest

from tests.conftest import tidegen, unmeasured_engine


def broken(project, name, old="nat_gateways: ", new="nat_gatewys: "):
    path = project / "environments" / f"{name}.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def aws():
    with unmeasured_engine() as engine:
        yield engine.environment_variables()


@pytest.mark.parametrize(
    "command",
    [
        ("status", "--env"),
        ("outputs", "--env"),
        ("drift", "--env"),
        ("rollback", "--env"),
        ("secrets", "status", "--env"),
        ("destroy", "--env"),
        ("plan", "--env"),
    ],
    ids=lambda words: words[0],
)
def test_problems_of_another_file_are_a_warning(project, aws, command):
    before = tidegen(*command, "staging", cwd=project, env=aws)
    broken(project, "development")
    done = tidegen(*command, "staging", cwd=project, env=aws)
    assert done.returncode == before.returncode
    assert done.stdout == before.stdout
    warnings = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == 1, done.stderr
    assert warnings[0].startswith("warning: environments/development.yaml:27: network.nat_gate")
    done = tidegen(*command, "development", cwd=project, env=aws)
    assert done.returncode == 2
    assert "error: environments/development.yaml:30: network.nat_gatewys: is not a k" in done.stderr


@pytest.mark.parametrize(
    ("other", "old", "new", "environment", "refused"),
    [
        ("development", "10.16.0.0", "10.48.0.0", "staging", "overlaps network.cidr of devel"),
        ("development", "10.16.0.0", "10.64.0.0", "staging", ""),
        ("shared-nonproduction", "nat_gat", "nat_gaet", "staging", "nat_gaeteways: is not a key"),
        ("account-nonproduction", "home_r", "hom_r", "staging", "hom_region: is not a key"),
        ("account-nonproduction", "home_r", "hom_r", "production", ""),
        ("development", "nat_gat", "nat_gaet", "shared-nonproduction", "nat_gaeteways: is not a"),
        ("production", "nat_gat", "nat_gaet", "shared-nonproduction", ""),
        ("production", "project: tidepool", "project: tidepol", "staging", ""),
    ],
)
def test_a_plan_is_refused_for_problems_that_concern_it(
    project, aws, other, old, new, environment, refused
):
    """Of shared services every file that may name them: it decides who may connect."""
    broken(project, other, old, new)
    done = tidegen("plan", "--env", environment, cwd=project, env=aws)
    assert done.returncode == (2 if refused else 0), done.stderr
    assert refused in done.stderr
    assert f"{other}.yaml:" in done.stderr


def test_status_of_a_region_needs_the_home_region_of_its_account(project, aws):
    broken(project, "account-production", "home_r", "hom_r")
    done = tidegen("status", "--env", "account-production-recovery", cwd=project, env=aws)
    assert done.returncode == 2
    assert "account-production.yaml:" in done.stderr


def test_list_names_the_file_and_goes_on(project):
    broken(project, "development")
    done = tidegen("list", cwd=project)
    assert done.returncode == 2
    assert "error: environments/development.yaml:30: network.nat_gatewys" in done.stderr
    assert "production" in done.stdout
    assert "\n  storage" in done.stdout
    done = tidegen("list", "--json", cwd=project)
    data = json.loads(done.stdout)
    assert [row["name"] for row in data["environments"]][-1] == "staging"
    assert len(data["problems"]) == 2


def test_list_shows_releases_and_names_an_absent_one(project):
    assert tidegen("release", "2026-12-01", cwd=project).returncode == 0
    broken(project, "staging", "release: current", "release: 2026-12-01")
    done = tidegen("list", cwd=project)
    assert done.returncode == 0, done.stderr
    assert [row.split()[-1] for row in done.stdout.splitlines() if " staging " in row] == [
        "2026-12-01"
    ]
    broken(project, "staging", "release: 2026-12-01", "release: 2026-12-02")
    broken(project, "development", "release: current", "release: v1")
    done = tidegen("list", cwd=project)
    assert done.returncode == 2
    assert "release: does not exist, 2026-12-02; did you mean 2026-12-01?" in done.stderr
    assert "release: does not exist, v1; 'tidegen release' creates releases" in done.stderr


def test_lint_names_the_file_and_goes_on(project):
    broken(project, "development")
    template = project / "templates" / "current" / "dns.yaml"
    done = tidegen("lint", template, cwd=project)
    assert done.returncode == 0, done.stderr
    done = tidegen("lint", cwd=project)
    assert done.returncode == 2, done.stdout
    assert "0 findings" in done.stderr
    assert "error: environments/development.yaml:30: network.nat_gatewys" in done.stderr


def test_a_region_without_a_type_stops_its_own_environment_only(project, aws):
    """Mexico has no SES: its templates are refused there, and nowhere else."""
    for name in ("account-nonproduction", "development", "shared-nonproduction", "staging"):
        broken(project, name, "us-west-2", "mx-central-1")
    done = tidegen("deploy", "--env", "development", "--yes", cwd=project, env=aws)
    assert done.returncode == 1
    assert "E3006" in done.stderr
    done = tidegen("deploy", "--env", "account-production", "--yes", cwd=project, env=aws)
    assert done.returncode == 0, done.stderr


def test_a_deploy_is_linted_with_the_root_rules(project, aws):
    """A table that was elsewhere in the last release: 'tidegen lint' and a deploy say the same."""
    assert tidegen("release", "v1", cwd=project).returncode == 0
    release = project / "templates" / "releases" / "v1"
    metrics = release / "metrics.yaml"
    metrics.write_text(metrics.read_text().replace("  MetricsTable:\n", "  OldTable:\n"))
    done = tidegen("lint", cwd=project)
    assert done.returncode == 1
    assert "E9813" in done.stdout
    for _ in ("cold", "cached"):
        done = tidegen("deploy", "--env", "development", "--yes", cwd=project, env=aws)
        assert done.returncode == 1
        assert "E9813" in done.stderr
        assert "nothing deployed" in done.stderr
    # an account's roots have no such table
    done = tidegen("deploy", "--env", "account-nonproduction", "--yes", cwd=project, env=aws)
    assert done.returncode == 0, done.stderr
