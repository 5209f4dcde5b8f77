"""`.cfnlintrc` decides as it does for the cfn-lint command in the same folder."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import tidegen

BAD = """\
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      Versioning: true
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
  Server:
    Type: AWS::EC2::Instance
    Properties: {InstanceType: p4de.24xlarge, ImageId: ami-0123456789abcdef0}
"""
SUPPRESSED = """\
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Metadata: {cfn-lint: {config: {ignore_checks: [E3002]}}}
    Properties:
      Versioning: true
"""
SETTINGS = {
    "nothing": "",
    "regions": "regions: [eu-south-1]\n",
    "all regions": "regions: [ALL_REGIONS]\n",
    "ignored templates": "ignore_templates: [templates/skipped.yaml]\n",
    "ignored by pattern": "ignore_templates: ['**/skip*']\n",
    "ignored rules": "ignore_checks: [E3002, I]\n",
    "mandatory rules": "mandatory_checks: [E3002]\n",
    "configured rules": "configure_rules: {E3012: {strict: true}}\nignore_checks: [W]\n",
    "experimental": "include_experimental: true\n",
    "both": "ignore_templates: [templates/skipped.yaml]\nregions: [eu-south-1, us-east-1]\n",
}
PATHS = ("templates/bad.yaml", "templates/skipped.yaml", "templates/suppressed.yaml")


@pytest.fixture
def folder(tmp_path):
    """A folder outside any project, with three templates."""
    (tmp_path / "work" / "templates").mkdir(parents=True)
    (tmp_path / "home").mkdir()
    for path, text in zip(PATHS, (BAD, BAD, SUPPRESSED), strict=True):
        (tmp_path / "work" / path).write_text(text)
    return tmp_path / "work"


def variables(folder):
    """Without a home folder's settings; both programs have the same default region."""
    home = {"HOME": str(folder.parent / "home"), "XDG_CACHE_HOME": str(folder.parent / "cache")}
    return {**home, "AWS_REGION": "us-east-1"}


def identity(path, line, rule, message):
    """Return the identity of a finding; the order of a set in its message differs by process."""
    return path, line, rule, "".join(sorted(message))


def judged(folder, *paths):
    """The findings of cfn-lint's own command."""
    script = Path(sys.executable).with_name("cfn-lint")
    words = [script, "--format", "json", "--include-checks", "I", "--", *paths]
    done = subprocess.run(
        words, cwd=folder, env=variables(folder), capture_output=True, text=True, check=False
    )
    return {
        identity(
            match["Filename"],
            match["Location"]["Start"]["LineNumber"],
            match["Rule"]["Id"],
            match["Message"],
        )
        for match in json.loads(done.stdout)
    }


def linted(folder, *words):
    done = tidegen("lint", *words, "--json", "--no-platform", cwd=folder, env=variables(folder))
    assert done.returncode in (0, 1), done.stderr
    return {
        identity(item["path"], item["line"], item["rule"], item["message"])
        for item in json.loads(done.stdout)
    }


@pytest.mark.parametrize("text", SETTINGS.values(), ids=SETTINGS)
def test_findings_are_those_of_cfn_lint(folder, text):
    (folder / ".cfnlintrc").write_text(text)
    assert linted(folder, *PATHS) == judged(folder, *PATHS)


def test_the_judge_distinguishes_the_settings(folder):
    """So that equal findings are not equal for lack of any."""
    verdicts = {}
    for name in ("nothing", "regions", "ignored templates", "ignored rules", "mandatory rules"):
        (folder / ".cfnlintrc").write_text(SETTINGS[name])
        verdicts[name] = frozenset(judged(folder, *PATHS))
    assert len(set(verdicts.values())) == len(verdicts)


def test_the_settings_of_the_home_folder_count_too(folder):
    (folder.parent / "home" / ".cfnlintrc").write_text(SETTINGS["both"])
    assert linted(folder, "templates") == judged(folder, *PATHS)


def test_without_a_template_left_nothing_is_found(folder):
    """cfn-lint reads standard input then."""
    (folder / ".cfnlintrc").write_text("ignore_templates: ['templates/*']\n")
    assert linted(folder, *PATHS) == set()


def test_the_option_decides_before_the_file(folder):
    (folder / ".cfnlintrc").write_text(SETTINGS["regions"])
    done = tidegen("lint", "templates", "--region", "us-east-1", cwd=folder, env=variables(folder))
    assert "in us-east-1:" in done.stderr
