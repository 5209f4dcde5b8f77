"""Kept verdicts: keyed by everything that can change them, and harmless when broken."""

from tidegen.linting import Finding, lint
from tidegen.linting.cache import keep_findings, kept_findings, verdict_key

FINDING = Finding("a.yaml", 3, 1, "W1", "warning", "X", "message", "source")


def test_a_kept_verdict_comes_back(tmp_path):
    keep_findings(tmp_path / "new", "key", [FINDING])
    assert kept_findings(tmp_path / "new", "key") == [FINDING]


def test_a_broken_verdict_is_a_miss(tmp_path):
    (tmp_path / "key.json").write_text('[{"path": 1')
    assert kept_findings(tmp_path, "key") is None


def test_content_and_regions_change_the_key(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("one")
    first = verdict_key([path], ["eu-west-1"])
    assert verdict_key([path], ["us-west-2"]) != first
    path.write_text("two")
    assert verdict_key([path], ["eu-west-1"]) != first


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    keep_findings(tmp_path / "file" / "below", "key", [FINDING])


def test_a_planted_fault_is_found_with_its_line(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = tmp_path / "bad.yaml"
    path.write_text("Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties:\n      Nope: 1\n")
    for _cold_then_kept in range(2):
        (finding,) = lint([path], ["us-west-2"])
        assert (finding.rule, finding.line, finding.logical_id) == ("E3002", 5, "T")
