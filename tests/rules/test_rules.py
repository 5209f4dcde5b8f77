"""The platform's rules, by discovery: each reports its bad example and accepts its good one."""

import ast
import inspect
import json
import re
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidegen.cloudformation.text import parse_template
from tidegen.failures import catalogue
from tidegen.linting.cfn_lint import CfnLint, own_rules
from tidegen.linting.roots.rule import discovered_rules
from tidegen.rules import FOLDER
from tidegen.rules._rule import View, template_of

RULES = own_rules()
each = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
#: A template each for the rules of cfn-lint that catch rows of the failure catalogue.
CAUGHT_BY_CFN_LINT = {
    "E3002": "  A: {Type: 'AWS::SNS::Topic', Properties: {Nope: 1}}",
    "E3004": """
  A: {Type: "AWS::SNS::Topic", DependsOn: B}
  B: {Type: "AWS::SNS::Topic", DependsOn: A}""",
    "E3063": """
  D:
    Type: AWS::GuardDuty::Detector
    Properties:
      Enable: true
      DataSources: {S3Logs: {Enable: true}}
      Features: [{Name: S3_DATA_EVENTS, Status: ENABLED}]""",
    "W3037": """
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Action: 's3:NoSuchAction', Resource: '*'}]""",
    "E3064": "".join(
        f"""
  {name}:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcId: vpc-1
      ServiceName: com.amazonaws.us-west-2.sns
      VpcEndpointType: Interface
      PrivateDnsEnabled: true"""
        for name in "AB"
    ),
}


@pytest.fixture(scope="module")
def linter():
    return CfnLint(["us-west-2"])


def findings(linter, folder, text):
    path = folder / "template.yaml"
    path.write_text(text)
    return linter.findings(str(path))


@each
def test_the_bad_example_is_reported_at_one_of_its_lines(linter, tmp_path, rule):
    text = template_of(rule.bad)
    reported = [f for f in findings(linter, tmp_path, text) if f.rule == rule.id]
    assert reported
    for finding in reported:
        assert finding.severity == {"E": "error", "W": "warning"}[rule.id[0]]
        assert text.splitlines()[finding.line - 1].strip() != "Resources:"


@each
def test_the_good_example_is_accepted(linter, tmp_path, rule):
    reported = findings(linter, tmp_path, template_of(rule.good))
    assert not [f for f in reported if f.rule in (rule.id, "E0000", "E0002")]


@each
def test_a_rule_has_a_text_a_reason_and_a_source(rule):
    assert re.fullmatch(r"[EW]9[1-7]\d\d", rule.id)
    assert not rule.shortdesc.endswith(".")
    assert rule.description.endswith(".")
    assert rule.source_url.startswith("https://docs.aws.amazon.com/")
    first, _, rest = inspect.getdoc(type(rule)).partition("\n\n")
    reason = " ".join(rest.removesuffix(rule.source_url).split())
    assert (rule.shortdesc, rule.description) == (first.removesuffix("."), reason)
    assert first.endswith(".")


def test_the_text_of_a_rule_is_only_in_its_docstring():
    for path in FOLDER.glob("[a-z]*.py"):
        assert ast.get_docstring(ast.parse(path.read_text())) is None
        texts = "^    (shortdesc|description|source_url) ="
        assert not re.search(texts, path.read_text(), re.MULTILINE)


def test_the_source_of_a_rule_over_one_type_is_by_default_the_page_of_the_type():
    """The reference of CloudFormation has these pages, which the rules named one by one before."""
    reference = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-"
    for rule_id, page in {
        "E9309": "ec2-volume.html",
        "E9402": "eks-nodegroup.html",
        "E9501": "config-deliverychannel.html",
        "E9503": "config-deliverychannel.html",
        "E9604": "iam-servicelinkedrole.html",
        "E9701": "logs-loggroup.html",
        "W9303": "logs-loggroup.html",
    }.items():
        (rule,) = (rule for rule in RULES if rule.id == rule_id)
        assert rule.source_url == reference + page


def test_each_file_is_one_rule_and_ids_are_unique():
    files = list(FOLDER.rglob("[a-z]*.py"))
    assert len(files) == len(RULES) == len({rule.id for rule in RULES}) > 40


def test_every_failure_names_rules_that_exist_and_mention_it(linter):
    known = {rule.id: rule.description for rule in RULES}
    known |= {rule.id: rule.description for rule in discovered_rules()}
    for row in catalogue().values():
        for rule_id in row.rules:
            if rule_id in known:
                assert row.slug in re.findall(r"[a-z]+(?:-[a-z]+)+", known[rule_id])
            else:
                assert rule_id in CAUGHT_BY_CFN_LINT


@pytest.mark.parametrize("rule_id", CAUGHT_BY_CFN_LINT)
def test_cfn_lint_catches_the_failures_left_to_it(linter, tmp_path, rule_id):
    text = f"Resources:\n{CAUGHT_BY_CFN_LINT[rule_id]}\n"
    assert rule_id in {finding.rule for finding in findings(linter, tmp_path, text)}


@pytest.mark.parametrize("tags", ["", "[{Key: project, Value: a}]"])
def test_a_launch_template_itself_needs_the_tags(linter, tmp_path, tags):
    """It has no name: without tags every environment of the account may change it."""
    own = f"TagSpecifications: [{{ResourceType: launch-template, Tags: {tags}}}]" if tags else ""
    text = f"""
Resources:
  A:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData: {{ImageId: ami-1}}
      {own}
"""
    (finding,) = [f for f in findings(linter, tmp_path, text) if f.rule == "E9606"]
    assert "environment" in finding.message


def test_a_rule_can_be_switched_off_in_one_resource(linter, tmp_path):
    text = """
Resources:
  A:
    Type: AWS::EC2::VPNGateway
    Metadata: {cfn-lint: {config: {ignore_checks: [E9201]}}}
    Properties: {Type: ipsec.1}
  B: {Type: AWS::EC2::VPNGateway, Properties: {Type: ipsec.1}}
"""
    reported = [f for f in findings(linter, tmp_path, text) if f.rule == "E9201"]
    assert [finding.logical_id for finding in reported] == ["B"]


def test_the_cfn_lint_command_runs_the_folder_s_rules(tmp_path):
    path = tmp_path / "template.yaml"
    path.write_text(
        "Resources:\n  Gateway: {Type: AWS::EC2::VPNGateway, Properties: {Type: ipsec.1}}\n"
    )
    command = [Path(sys.executable).parent / "cfn-lint", "--append-rules", FOLDER]
    command += ["--format", "json", "--regions", "us-west-2", "--", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (match,) = json.loads(done.stdout)
    (rule,) = (rule for rule in RULES if rule.id == "E9201")
    assert match["Rule"]["Id"] == rule.id
    assert match["Rule"]["ShortDescription"] == rule.shortdesc == "Nothing joins two VPCs"
    assert match["Rule"]["Description"] == rule.description
    assert match["Rule"]["Source"] == rule.source_url


def test_the_cfn_lint_command_lists_the_texts_of_the_rules():
    command = [Path(sys.executable).parent / "cfn-lint", "--append-rules", FOLDER, "--list-rules"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for rule in RULES:
        assert f"{rule.id}: {rule.shortdesc}\n{rule.description}\n" in done.stdout


WEIRD = [None, True, 0, "", "x", [], {}, [None], {"Ref": 1}, {"Fn::If": []}, {"Fn::Sub": []}]
WEIRD += [
    {"Fn::If": ["a"]},
    {"Fn::GetAtt": {}},
    {"Fn::GetAtt": []},
    {"": ""},
    {"Fn::ForEach::a": []},
]


def places(value, path=()):
    """Yield the path of every value in a template."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items if isinstance(value, (dict, list)) else ():
        yield (*path, key)
        yield from places(item, (*path, key)) if isinstance(item, (dict, list)) else ()


EXAMPLES = [text for rule in RULES for text in (template_of(rule.good), template_of(rule.bad))]


@given(st.sampled_from(EXAMPLES), st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_rule_fails_on_odd_values(text, data):
    body = parse_template(text)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(sorted(places(body), key=str) or [()]))
        owner = body
        for key in path[:-1]:
            owner = owner[key]
        if path:
            owner[path[-1]] = deepcopy(data.draw(st.sampled_from(WEIRD)))
    for rule in RULES:
        for place, message in rule.problems(View(body)):
            assert isinstance(place, tuple)
            assert message


@pytest.mark.parametrize(
    "body", [*WEIRD, {"Resources": []}, {"Resources": {"A": "b", "C": {"Type": 1}}}]
)
def test_a_body_that_is_no_template_has_no_problems(body):
    assert not [problem for rule in RULES for problem in rule.problems(View(body))]


OFF = {
    "SSEEnabled": """
  T:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: a, KeyType: HASH}]
      SSESpecification: {SSEEnabled: false, KMSMasterKeyId: k}""",
    "LaunchTemplateData/BlockDeviceMappings/*/Ebs/Encrypted": """
  L:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        BlockDeviceMappings: [{DeviceName: /dev/xvda, Ebs: {Encrypted: false, KmsKeyId: k}}]""",
    "Encrypted": """
  V: {Type: "AWS::EC2::Volume", Properties: {AvailabilityZone: a, Size: 8, KmsKeyId: k}}""",
    "StorageEncrypted": """
  C: {Type: "AWS::RDS::DBCluster", Properties: {Engine: aurora, StorageEncrypted: 'false'}}""",
}


@pytest.mark.parametrize("option", OFF)
def test_a_key_does_not_replace_the_switch_of_encryption(linter, tmp_path, option):
    reported = findings(linter, tmp_path, f"Resources:{OFF[option]}\n")
    messages = [finding.message for finding in reported if finding.rule == "E9313"]
    assert len(messages) == 1
    assert f"{option} to true" in messages[0]


ALARM = """
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties: {ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 1%s}"""
COMPOSITE = """
  Both:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties: {AlarmRule: !Sub 'ALARM("${Alarm}")', AlarmActions: [!Ref Topic]}"""


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        (ALARM % "", "the alarm notifies nobody"),
        (ALARM % ", OKActions: [!Ref Topic]", "the alarm notifies nobody"),
        (ALARM % ", AlarmActions: [!Ref Topic], ActionsEnabled: false", "actions are off"),
        (ALARM % ", AlarmActions: [!Ref Topic]", ""),
        (ALARM % "" + COMPOSITE, ""),
        (COMPOSITE.replace(", AlarmActions: [!Ref Topic]", ""), "the alarm notifies nobody"),
    ],
)
def test_an_alarm_notifies_somebody(linter, tmp_path, resources, message):
    reported = findings(linter, tmp_path, f"Resources:{resources}\n")
    messages = [finding.message for finding in reported if finding.rule == "E9314"]
    assert len(messages) == bool(message)
    assert message in "".join(messages)
