"""Suppressions in Metadata, in the form of every tool."""

from pathlib import Path

from tests.conftest import ROOT, tidegen
from tidegen.linting.suppressions import suppressions

REVIEWED = Path(__file__).with_name("suppressions.txt")
TEMPLATE = """
Metadata:
  cfn-lint: {config: {ignore_checks: [W3005], reason: Order matters here.}}
Resources:
  T:
    Type: AWS::EC2::InternetGateway
    Metadata:
      guard: {SuppressedRules: [A, B], Reason: "No  data.\\n"}
      checkov: {skip: [{id: CKV_AWS_26, comment: Public.}]}
      cdk_nag: {rules_to_suppress: [{id: HIPAA-1}]}
    Properties: {DisplayName: !Sub "${AWS::StackName}"}
"""


def test_every_form_is_found(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(TEMPLATE)
    rows = [(i.logical_id, i.tool, i.rule, i.reason) for i in suppressions([path])]
    assert rows == [
        ("", "cfn-lint", "W3005", "Order matters here."),
        ("T", "cdk_nag", "HIPAA-1", ""),
        ("T", "checkov", "CKV_AWS_26", "Public."),
        ("T", "guard", "A", "No data."),
        ("T", "guard", "B", "No data."),
    ]


def test_a_file_that_is_no_template_has_no_suppressions(tmp_path):
    for number, text in enumerate(("a: [", "", "- 1", "Resources: [T]", "Metadata: 1")):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text)
        assert suppressions([path, tmp_path / "gone.yaml"]) == []


def test_every_suppression_has_its_reason():
    ours = suppressions(sorted((ROOT / "templates" / "current").rglob("*.yaml")))
    assert ours
    assert [item for item in ours if not item.reason] == []


def test_every_suppression_is_reviewed():
    """A new suppression needs a line in the file, and a commit with the reason.

    `tidegen lint --suppressions > tests/linting/suppressions.txt` regenerates the file.
    """
    done = tidegen("lint", "--suppressions")
    assert done.stdout.splitlines() == REVIEWED.read_text().splitlines()
