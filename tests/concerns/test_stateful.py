"""Stateful resources are retained: in the template, in the committed list, and by the stack policy.

Which types hold state is cfn-lint's list (that of its rule I3011) and ours below; a type whose
schema knows of keys or retention is on neither list only with a reason.
"""

import json
import re
from pathlib import Path

import cfnlint.data.AdditionalSpecs
import pytest
from cfnlint.helpers import load_resource

from tidegen.cloudformation.schemas import schema_of
from tidegen.cloudformation.stateful import stack_policy, stateful_ids
from tidegen.cloudformation.text import parse_template
from tidegen.concerns import own_concerns

LIST = Path(__file__).with_name("stateful.txt")
CURRENT = Path(__file__).parents[2] / "templates" / "current"
FILES = sorted(CURRENT.rglob("*.yaml"), key=str)
TEMPLATES = {str(path.relative_to(CURRENT)): parse_template(path.read_text()) for path in FILES}
STACK = "AWS::CloudFormation::Stack"  # goes with its root; what is in it stays by itself
LISTED = set(load_resource(cfnlint.data.AdditionalSpecs, "StatefulResources.json")["ResourceTypes"])
OURS = {
    "AWS::CloudTrail::EventDataStore",
    "AWS::ECR::Repository",
    # a recreated zone has other name servers, and the parent's delegation breaks
    "AWS::Route53::HostedZone",
}
STATEFUL_TYPES = (LISTED | OURS) - {STACK}
#: Types with a key or a retention but without data → reason.
HOLD_NOTHING = {
    "AWS::Backup::BackupPlan": "a schedule; the recovery points are the vault's",
    "AWS::Backup::BackupSelection": "a choice of resources",
    "AWS::CloudFront::Distribution": "caches what a bucket holds",
    "AWS::CloudTrail::Trail": "delivers to a bucket and a log group",
    "AWS::Config::DeliveryChannel": "delivers to a bucket",
    "AWS::EKS::Cluster": "a chart installs what runs there; its own protection holds",
    "AWS::KinesisFirehose::DeliveryStream": "delivers to a bucket within minutes",
    "AWS::Lambda::Function": "code comes from the artifacts bucket",
    "AWS::SNS::Topic": "passes messages on and keeps none",
}
#: Kept even when their creation is rolled back: a retry would have another delegation.
ALWAYS = {"PublicZone": "Retain"}
_KEEPING = re.compile(r"kms|encrypt(?!ioncontrol)|retention", re.IGNORECASE)
files = pytest.mark.parametrize("file", TEMPLATES)


def held(template):
    """Return logical id → resource, of stateful types."""
    resources = template["Resources"].items()
    return {name: item for name, item in resources if item["Type"] in STATEFUL_TYPES}


@files
def test_state_outlives_its_stack_and_its_replacement(file):
    for name, item in held(TEMPLATES[file]).items():
        assert item["DeletionPolicy"] == ALWAYS.get(name, "RetainExceptOnCreate"), name
        assert item["UpdateReplacePolicy"] == "Retain", name


@files
def test_the_stack_policy_keeps_state_in_place(file):
    template = TEMPLATES[file]
    stateful = set(held(template))
    protected = stateful_ids(template)
    assert stateful <= protected
    denied = {
        resource.partition("/")[2]
        for statement in json.loads(stack_policy(protected))["Statement"]
        if statement["Effect"] == "Deny"
        for resource in statement["Resource"]
    }
    assert stateful <= denied


def test_the_templates_retain_the_listed_resources():
    """A reviewer sees a resource that becomes stateless as a removed line.

    A direct scope's template is its root; everything else is a file of its concern's name.
    """
    listed = [line.split() for line in LIST.read_text().splitlines() if line[0] != "#"]
    kept = []
    for concern in own_concerns():
        (scope, *_) = concern.scopes
        file = f"roots/{scope}.yaml" if scope.is_direct else f"{concern.name}.yaml"
        kept += [[concern.name, name] for name in sorted(stateful_ids(TEMPLATES[file]))]
    assert kept == listed


def test_every_type_with_a_retention_is_classified():
    types = {item["Type"] for t in TEMPLATES.values() for item in t["Resources"].values()}
    keeping = {t for t in types if any(map(_KEEPING.search, schema_of(t)["properties"]))}
    assert keeping - STATEFUL_TYPES <= set(HOLD_NOTHING)
    assert not STATEFUL_TYPES & set(HOLD_NOTHING)
