"""`tidegen prove` on the committed files, and on files that differ from Production's."""

import json
import re

from tests.conftest import tidegen

CLAIMS = {
    *("separate-accounts", "neighbours", "exceptions-needed", "own-path", "boundary-kept"),
    *("strangers", "not-lent", "deputies", "federation", "disjoint-ranges", "no-joined-networks"),
    *("data-tier-closed", "inbound-by-load-balancer"),
    *("same-templates", "same-resources", "no-decision-by-name"),
}


def test_every_claim_is_proven_of_the_committed_files_and_kept(project):
    done = tidegen("prove", "--json", cwd=project)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert {row["claim"]["id"] for row in document["results"]} == CLAIMS
    assert {row["verdict"] for row in document["results"]} == {"proven"}
    assert min(row["asked"] for row in document["results"]) > 0
    pairs = [r["subject"] for r in document["results"] if r["claim"]["id"] == "neighbours"]
    assert ["development", "staging"] in pairs
    assert ["shared-production", "production"] in pairs
    assert not [pair for pair in pairs if set(pair) == {"development", "production"}]
    assert any("policy_sentry" in text for text in document["assumptions"])
    # kept: the same again, and as text for one environment
    assert json.loads(tidegen("prove", "--json", cwd=project).stdout) == document
    text = tidegen("prove", "isolation", "--env", "staging", cwd=project)
    assert text.returncode == 0
    assert text.stdout.startswith("Assumed:")
    assert "proven    neighbours (5 of 5" in text.stdout
    assert "same-templates" not in text.stdout


def test_templates_that_differ_from_productions_refute_parity(project):
    assert tidegen("release", "2026-01-01", cwd=project).returncode == 0
    file = project / "environments" / "production.yaml"
    file.write_text(re.sub(r"^release: .*", "release: 2026-01-01", file.read_text(), flags=re.M))
    root = project / "templates" / "current" / "roots" / "environment.yaml"
    root.write_text(root.read_text() + "# changed\n")
    done = tidegen("prove", "parity", cwd=project)
    assert done.returncode == 1, done.stderr
    assert "refuted   same-templates (2 of 3" in done.stdout
    assert "production to staging: environment.yaml of staging differs" in done.stdout
    sarif = json.loads(tidegen("prove", "parity", "--sarif", cwd=project).stdout)
    (run,) = sarif["runs"]
    assert {result["ruleId"] for result in run["results"]} == {"same-templates"}


def test_an_unknown_environment_is_refused(project):
    done = tidegen("prove", "--env", "develop", cwd=project)
    assert done.returncode == 2
    assert "did you mean 'development'?" in done.stderr
