"""Suppressions in Metadata, in every tool's form."""

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
    found = [(i.logical_id, i.tool, i.rule, i.reason) for i in suppressions([path])]
    assert found == [
        ("", "cfn-lint", "W3005", "Order matters here."),
        ("T", "cdk_nag", "HIPAA-1", ""),
        ("T", "checkov", "CKV_AWS_26", "Public."),
        ("T", "guard", "A", "No data."),
        ("T", "guard", "B", "No data."),
    ]


def test_what_is_no_template_has_none(tmp_path):
    for number, text in enumerate(("a: [", "", "- 1", "Resources: [T]", "Metadata: 1")):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text)
        assert suppressions([path, tmp_path / "gone.yaml"]) == []


def test_every_suppression_of_ours_has_its_reason():
    found = suppressions(sorted((ROOT / "templates" / "current").rglob("*.yaml")))
    assert found
    assert [item for item in found if not item.reason] == []


def test_every_suppression_of_ours_has_been_reviewed():
    """To switch a rule off takes a line there, and a commit that says why it cannot be met.

    `tidegen lint --suppressions > tests/linting/suppressions.txt` writes the file anew.
    """
    done = tidegen("lint", "--suppressions")
    assert done.stdout.splitlines() == REVIEWED.read_text().splitlines()
