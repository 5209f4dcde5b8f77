"""Root rules: found by discovery, run over their examples and the committed roots."""

import os
import re
import shutil

import pytest
import yaml

from tests.conftest import ROOT, tidegen, unmeasured
from tidegen.cloudformation.evaluation import evaluate
from tidegen.cloudformation.text import parse_template
from tidegen.environments import load_all
from tidegen.linting.roots import lint_roots, root_rules
from tidegen.linting.roots.buckets import bucket_writers
from tidegen.linting.roots.deliveries import deliveries
from tidegen.linting.roots.rule import discovered_rules
from tidegen.linting.roots.run import views
from tidegen.linting.roots.view import RootView
from tidegen.rendering import freeze

RULES = discovered_rules()
each = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def view(example):
    """Return an example's root, with the nested templates and the last release that follow it."""
    root, *others = example.split("---\n")
    named = {text.splitlines()[0].removeprefix("# "): parse_template(text) for text in others}
    earlier = named.pop("before", None)
    bodies = {"": parse_template(root), **named}
    before = evaluate({"": earlier}, {}) if earlier else {}
    return RootView(templates=bodies, resources=evaluate(bodies, {}), size=len(root), before=before)


@each
def test_the_bad_example_is_reported_and_the_good_one_accepted(rule):
    assert list(rule.problems(view(rule.bad)))
    assert not list(rule.problems(view(rule.good)))


@each
def test_a_rule_has_a_text_a_reason_and_a_source(rule):
    assert re.fullmatch(r"E98\d\d", rule.id)
    assert not rule.shortdesc.endswith(".")
    assert rule.description.endswith(".")
    assert rule.source_url.startswith("https://docs.aws.amazon.com/")
    assert root_rules()[rule.id].title == rule.shortdesc


@pytest.fixture
def folder(project, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return project / "templates" / "current"


def changed(folder, name, old, new):
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


DETECTOR = "  A: {Type: AWS::GuardDuty::Detector}\n"
DELIVERY = "Sid: DeliveryByCloudtrail\n          Effect: "
ARCHIVE = "  LogIntake:\n    Properties:\n"
#: Rule → a file, a text in it and its replacement, with which the committed roots break it.
FAULTS = {
    "E9801": ("roots/environment.yaml", "        NatGateways:", "        Gateways:"),
    "E9802": (
        "storage.yaml",
        "Resources:\n",
        f"Resources:\n{DETECTOR}{DETECTOR.replace('A:', 'B:')}",
    ),
    "E9803": ("storage.yaml", "${Environment}-backups-", "${Environment}-uploads-"),
    "E9804": ("encryption.yaml", "    - cloudwatch.amazonaws.com", "    - sqs.amazonaws.com"),
    "E9805": ("encryption.yaml", "log-group:aws-waf-logs-", "log-group:waf-logs-"),
    "E9806": ("network.yaml", "      NatGatewayId:", "      GatewayId:"),
    "E9807": ("network.yaml", "${AWS::Region}.cloudformation", "${AWS::Region}.formation"),
    "E9809": ("log-archive.yaml", f"{DELIVERY}Allow", f"{DELIVERY}Deny"),
    "E9810": ("log-archive.yaml", ARCHIVE, f"{ARCHIVE}      ObjectLockEnabled: true\n"),
    "E9811": ("encryption.yaml", "          - kms:CreateGrant", "          - kms:ListGrants"),
    "E9812": ("roots/bootstrap.yaml", "Resources:\n", f"# {'x' * 51_200}\nResources:\n"),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_a_fault_in_the_committed_templates_is_reported_at_a_line(project, folder, rule):
    changed(folder, *FAULTS[rule])
    findings = [f for f in lint_roots(project, folder) if f.rule == rule]
    assert findings
    for finding in findings:
        assert (project / finding.path).is_file()
        line = (project / finding.path).read_text().splitlines()[finding.line - 1]
        assert rule == "E9812" or line.startswith(f"  {finding.logical_id}:")


def committed():
    """Yield the committed roots as views, with the values of each environment."""
    files, folder = load_all(ROOT), ROOT / "templates" / "current"
    for path in sorted((folder / "roots").glob("*.yaml")):
        for root in views(path, folder, files):
            yield path.stem, root


def test_publishers_of_every_scope_are_followed():
    """A search that misses publishers would report nothing."""
    seen = [(scope, service) for scope, w in committed() for _, service, _ in deliveries(w)]
    for scope in ("environment", "shared", "account"):
        assert {(scope, service) for service in ("cloudwatch", "events", "sns")} <= set(seen)
    assert ("environment", "ses") in seen
    assert len(seen) > 300


def test_buckets_subnets_keys_and_groups_are_followed():
    views_by_root = dict(committed())
    services = {service for _, service, _, _ in bucket_writers(views_by_root["account"])}
    assert {"config"} <= services
    environment = views_by_root["environment"]
    assert len({service for _, service, _, _ in bucket_writers(environment)}) == 2
    groups = environment.of("AWS::Logs::LogGroup")
    assert all(environment.key_policy(group["KmsKeyId"]) for _, group in groups)


def test_a_condition_that_the_service_cannot_meet_is_reported(project, folder):
    old = "              kms:EncryptionContext:aws:sns:topicArn:"
    asked = "              aws:SourceArn: arn:aws:events:us-west-2:1:rule/x\n"
    changed(folder, "encryption.yaml", old, asked + old)
    messages = [f.message for f in lint_roots(project, folder) if f.rule == "E9804"]
    assert messages
    assert all("does not allow events.amazonaws.com kms:" in message for message in messages)


def test_cached_findings_equal_fresh_ones(project, folder):
    changed(folder, *FAULTS["E9811"])
    cold = lint_roots(project, folder)
    assert cold == lint_roots(project, folder) == lint_roots(project, folder, use_cache=False)
    changed(folder, "encryption.yaml", "          - kms:ListGrants", "          - kms:CreateGrant")
    assert lint_roots(project, folder) == []


def frozen(folder, name, when):
    """Freeze the current templates as a release of that time."""
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.yaml")}
    freeze(folder.parent / "releases" / name, files, {"release": name, "frozen": when})


def renamed_table(folder):
    path = folder / "metrics.yaml"
    text = path.read_text().replace("  MetricsTable:\n", "  OtherTable:\n")
    path.write_text(text.replace("MetricsTable\n", "OtherTable\n"))


def moved(project, folder):
    return "E9813" in {finding.rule for finding in lint_roots(project, folder)}


def test_templates_are_compared_with_the_last_release(project, folder):
    frozen(folder, "1.0", "2026-01-01T00:00:00+00:00")
    assert lint_roots(project, folder) == []
    renamed_table(folder)
    assert moved(project, folder)


def test_the_newest_release_is_the_last_frozen_one(project, folder):
    """Neither its name nor the times of its files count, which are those of the checkout."""
    frozen(folder, "2", "2026-01-01T00:00:00+00:00")
    renamed_table(folder)
    frozen(folder, "1", "2026-02-01T00:00:00+00:00")
    os.utime(folder.parent / "releases" / "1", (0, 0))
    assert not moved(project, folder)
    manifest = folder.parent / "releases" / "2" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("2026-01-01", "2026-03-01"))
    assert moved(project, folder)


def test_a_folder_that_is_no_release_is_not_compared(project, folder):
    frozen(folder, "1", "2026-01-01T00:00:00+00:00")
    shutil.copytree(folder, folder.parent / "releases" / ".half")
    renamed_table(folder.parent / "releases" / ".half")
    assert not moved(project, folder)


def test_a_rule_can_be_switched_off_in_the_resource(project, folder):
    changed(folder, *FAULTS["E9810"])
    before = [f.logical_id for f in lint_roots(project, folder) if f.rule == "E9810"]
    assert before == ["DeliveryChannel"]
    path = folder / "audit.yaml"
    ignored = "    Metadata: {cfn-lint: {config: {ignore_checks: [E9810]}}}\n"
    path.write_text(
        path.read_text().replace("  DeliveryChannel:\n", f"  DeliveryChannel:\n{ignored}")
    )
    assert not [f for f in lint_roots(project, folder) if f.rule == "E9810"]


def test_a_template_that_cannot_be_read_is_left_to_lint(project, folder):
    (folder / "network.yaml").write_text("a: [")
    assert lint_roots(project, folder) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Condition: ", "Condition: No"),
        ("Type: AWS::EC2::VPC\n", "Kind: x\n"),
        ("    Properties:\n", "    Properties: x\n    X:\n"),
    ],
)
def test_odd_templates_are_findings_not_errors(project, folder, old, new):
    changed(folder, "network.yaml", old, new)
    assert {f.rule for f in lint_roots(project, folder)} <= {"E0002", "E9806", "E9807", "E9808"}


def test_the_command_shows_findings_of_root_rules_among_the_others(project, folder):
    changed(folder, *FAULTS["E9811"])
    with unmeasured():  # it lints every template too
        done = tidegen("lint", "--rule", "E98", cwd=project)
    assert done.returncode == 1
    assert "E9811 error: " in done.stdout
    assert "made by tidegen" in done.stdout or "tidegen/concerns/" in done.stdout
    assert tidegen("lint", "--explain", "E9811", cwd=project).stdout.startswith("E9811 error: ")


def test_examples_are_yaml():
    for rule in RULES:
        assert list(yaml.safe_load_all(re.sub(r"!(\w+)", "", rule.good)))


def test_the_committed_templates_are_free_of_findings():
    assert lint_roots(ROOT, ROOT / "templates" / "current", use_cache=False) == []
