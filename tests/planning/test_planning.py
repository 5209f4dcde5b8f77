"""Planning is pure: the same input, the same plan."""

import json
from dataclasses import replace
from functools import partial

import pytest

from tests.targets import target_of
from tidegen.cloudformation.stateful import stack_policy
from tidegen.cloudformation.text import parse_template
from tidegen.contract import Scope
from tidegen.errors import InputError, RefusedError
from tidegen.planning.digest import root_digest
from tidegen.planning.model import OutputOf, Plan, RootStep, RootTemplate, StackState
from tidegen.planning.parameters import (
    effective_parameters,
    known_step,
    resolved_step,
    unresolved,
)
from tidegen.planning.states import is_up_to_date, says_no_changes
from tidegen.planning.steps import locate, locate_in_recovery, prerequisites_of, steps_of
from tidegen.planning.templates import load_root, sha256

HOME, OTHER = "us-west-2", "us-east-2"


def target(scope=Scope.ENVIRONMENT, region=HOME, **extra):
    return target_of("staging", scope, region=region, home=HOME, **extra)


def names(addresses):
    return [address.name for address in addresses]


def test_an_account_has_its_identity_in_its_home_region_only():
    at_home = steps_of(target(Scope.ACCOUNT))
    assert names(at_home) == ["tide-identity", "tide-bootstrap", "tide-account"]
    assert names(steps_of(target(Scope.ACCOUNT, OTHER))) == ["tide-bootstrap", "tide-account"]


def test_the_recovery_root_is_deployed_before_the_environment():
    steps = steps_of(target(recovery_region=OTHER))
    assert [(s.name, s.place.region) for s in steps] == [
        ("tide-staging-access", HOME),
        ("tide-staging-recovery", OTHER),
        ("tide-staging", HOME),
    ]
    assert names(steps_of(target())) == ["tide-staging-access", "tide-staging"]
    assert names(steps_of(target(Scope.SHARED))) == ["tide-staging-access", "tide-staging"]


def test_both_regions_and_the_shared_services_are_prerequisites():
    shared = target_of("common", Scope.SHARED, account="444455556666", region=HOME)
    prerequisites = prerequisites_of(target(recovery_region=OTHER, shared=shared))
    assert [(p.address.name, p.address.place.region) for p in prerequisites] == [
        ("tide-identity", HOME),
        ("tide-bootstrap", HOME),
        ("tide-account", HOME),
        ("tide-bootstrap", OTHER),
        ("tide-account", OTHER),
        ("tide-common", HOME),
    ]
    assert prerequisites[-1].address.place.account == "444455556666"
    assert prerequisites[-1].command == "tidegen deploy --env common"
    assert "tidegen bootstrap --env staging" in str(prerequisites[0])
    assert prerequisites_of(target(Scope.ACCOUNT)) == ()


def test_nothing_is_read_from_the_home_region_elsewhere():
    """It may be lost: what identity makes is global, and known by its name."""
    assert prerequisites_of(target(Scope.ACCOUNT, OTHER)) == ()
    elsewhere = target(region=OTHER, recovery_region="eu-west-1")
    needed = prerequisites_of(elsewhere)
    read = [*steps_of(elsewhere), *(item.address for item in needed)]
    assert {address.place.region for address in read} == {OTHER, "eu-west-1"}
    assert Scope.IDENTITY not in {address.scope for address in read}


def test_an_unused_root_has_no_address():
    assert locate(target(), Scope.RECOVERY, HOME) is None
    assert locate(target(), Scope.SHARED, HOME) is None


def root(parameters, **about):
    body = {"Parameters": parameters, "Metadata": {"Tidegen": {"Scope": "environment", **about}}}
    content = json.dumps(body).encode()
    return RootTemplate(
        name="environment.yaml",
        content=content,
        body=body,
        sha256=sha256(content),
        scope=Scope.ENVIRONMENT,
    )


def find(scope):
    return locate(target(), scope, HOME)


def step_of(address, template, environment, parameters):
    return RootStep(
        address=address,
        project="tide",
        environment=environment,
        template=template,
        parameters=parameters,
    )


def test_parameters_come_from_fields_and_other_roots():
    template = root(
        {"Cidr": {}, "Bucket": {}, "Endpoint": {"Default": ""}},
        Fields={"Cidr": "network.cidr"},
        Roots={"Bucket": "bootstrap.ArtifactsBucketName", "Endpoint": "shared.EndpointServiceName"},
    )
    parameters = effective_parameters(template, {"network.cidr": "10.0.0.0/16"}, find, "1.0")
    assert parameters["Cidr"] == "10.0.0.0/16"
    assert parameters["Endpoint"] == ""
    assert parameters["Release"] == "1.0"
    bucket = parameters["Bucket"]
    assert isinstance(bucket, OutputOf)
    step = step_of(find(Scope.ENVIRONMENT), template, "staging", parameters)
    assert unresolved(step, {}) == (bucket,)
    with pytest.raises(RefusedError, match=r"tide-bootstrap.*ArtifactsBucketName"):
        resolved_step(step, {})
    resolved = resolved_step(step, {bucket.address: {"ArtifactsBucketName": "b"}})
    assert resolved.parameters["Bucket"] == "b"
    assert len(resolved.parameters["Digest"]) == 64
    assert resolved.digest == resolved.parameters["Digest"]


def test_an_output_of_the_recovery_region_is_its_default_until_that_root_is_deployed():
    """S3 refuses to replicate into a bucket that does not exist."""
    template = root(
        {"CopyBucketName": {"Default": ""}},
        Roots={"CopyBucketName": "bootstrap.ArtifactsBucketName@recovery"},
    )
    assert effective_parameters(template, {}, find, "1.0")["CopyBucketName"] == ""
    named = target(scope=Scope.ACCOUNT, recovery_region=OTHER)
    there = partial(locate_in_recovery, named)
    parameters = effective_parameters(template, {}, find, "1.0", there)
    step = step_of(find(Scope.BOOTSTRAP), template, "staging", parameters)
    assert resolved_step(step, {}).parameters["CopyBucketName"] == ""
    address = there(Scope.BOOTSTRAP)
    assert (address.place.region, address.name) == (OTHER, "tide-bootstrap")
    outputs = {address: {"ArtifactsBucketName": "copies"}}
    assert resolved_step(step, outputs).parameters["CopyBucketName"] == "copies"
    assert resolved_step(step, {find(Scope.BOOTSTRAP): outputs[address]}).parameters == (
        resolved_step(step, {}).parameters
    )
    assert locate_in_recovery(target(scope=Scope.ACCOUNT), Scope.BOOTSTRAP) is None


def test_a_step_leaves_out_parameters_that_are_not_known_yet():
    address, access = find(Scope.BOOTSTRAP), find(Scope.ACCESS)
    parameters = {
        "Cidr": "10.0.0.0/16",
        "Bucket": OutputOf(address, "ArtifactsBucketName"),
        "Key": OutputOf(address, "KeyArn"),
        "Endpoint": OutputOf(address, "Endpoint", ""),
    }
    step = step_of(find(Scope.ENVIRONMENT), root({}), "staging", parameters)
    step = replace(step, service_role=OutputOf(access, "ExecutionRoleArn"))
    known = known_step(step, {address: {"ArtifactsBucketName": "b"}})
    assert known.parameters == {"Cidr": "10.0.0.0/16", "Bucket": "b"}
    assert known.digest is None
    assert known.service_role is None
    everything = {address: {"ArtifactsBucketName": "b", "KeyArn": "k"}}
    resolved = known_step(step, {**everything, access: {"ExecutionRoleArn": "arn"}})
    assert resolved.parameters.keys() == {*parameters, "Digest"}
    assert (resolved.service_role, resolved.parameters["Endpoint"]) == ("arn", "")
    assert not is_up_to_date("CREATE_COMPLETE", None, known.digest)


def test_a_plan_knows_the_outputs_of_the_deployed_stacks():
    address, missing = find(Scope.BOOTSTRAP), find(Scope.ACCESS)
    state = StackState(
        name="tide-bootstrap", stack_id="arn", status="CREATE_COMPLETE", outputs={"Bucket": "b"}
    )
    plan = Plan(
        environment="staging", release="1.0", steps=(), states={address: state, missing: None}
    )
    assert plan.outputs == {address: {"Bucket": "b"}}


def test_every_missing_value_is_reported():
    template = root(
        {"Cidr": {}, "Size": {"Default": "3"}, "Endpoint": {}},
        Fields={"Cidr": "network.cidr", "Size": "cluster.size"},
        Roots={"Endpoint": "shared.EndpointServiceName"},
    )
    with pytest.raises(InputError) as raised:
        effective_parameters(template, {}, find, "1.0")
    assert [problem.where for problem in raised.value.problems] == ["Endpoint", "network.cidr"]


def test_the_digest_covers_bytes_and_values_but_not_itself():
    base = root_digest(b"a", {"A": "1"})
    assert base == root_digest(b"a", {"Digest": "x", "A": "1"})
    assert len({base, root_digest(b"b", {"A": "1"}), root_digest(b"a", {"A": "2"})}) == 3
    assert root_digest(b"a", {"A": "1", "B": "2"}) == root_digest(b"a", {"B": "2", "A": "1"})


def test_a_stack_policy_denies_replacing_the_protected_resources():
    statements = json.loads(stack_policy(["B", "A"]))["Statement"]
    assert statements[0]["Effect"] == "Allow"
    assert statements[1]["Resource"] == ["LogicalResourceId/A", "LogicalResourceId/B"]
    assert statements[1]["Action"] == ["Update:Replace", "Update:Delete"]
    assert len(json.loads(stack_policy([]))["Statement"]) == 1


def test_unchanged_means_the_same_digest_at_rest():
    assert is_up_to_date("CREATE_COMPLETE", "d", "d")
    assert not is_up_to_date("UPDATE_IN_PROGRESS", "d", "d")
    assert not is_up_to_date("CREATE_COMPLETE", None, "d")
    assert says_no_changes("No updates are to be performed.")
    assert not says_no_changes("Access Denied")


def test_yaml_short_forms_read_as_long_ones():
    text = "AWSTemplateFormatVersion: 2010-09-09\nA: !GetAtt B.Arn.X\nC: !Sub ['${D}', {D: !Ref E}]"
    assert parse_template(text) == {
        "AWSTemplateFormatVersion": "2010-09-09",
        "A": {"Fn::GetAtt": ["B", "Arn.X"]},
        "C": {"Fn::Sub": ["${D}", {"D": {"Ref": "E"}}]},
    }
    assert parse_template("Fn: !Transform {Name: x}") == {"Fn": {"Fn::Transform": {"Name": "x"}}}
    for broken in ("a: [", "- 1", "{"):
        with pytest.raises(InputError, match="is not a template"):
            parse_template(broken)


def test_a_release_with_other_bytes_is_refused(tmp_path):
    (tmp_path / "roots").mkdir()
    with pytest.raises(InputError, match="is missing"):
        load_root(tmp_path, Scope.ENVIRONMENT, {})
    key = f"assets/{sha256(b'zip')}/relay.zip"
    about = {
        "Scope": "environment",
        "Children": {
            "Net": {"File": "net.yaml", "Sha256": sha256(b"a")},
            "Gone": {"File": "gone.yaml", "Sha256": sha256(b"")},
        },
        "Assets": [key],
    }
    root = {
        "Metadata": {"Tidegen": about},
        "Parameters": {"BootstrapArtifactsBucketName": {"Type": "String"}},
    }
    (tmp_path / "roots/environment.yaml").write_text(json.dumps(root))
    (tmp_path / "net.yaml").write_bytes(b"b")
    with pytest.raises(InputError) as raised:
        load_root(tmp_path, Scope.ENVIRONMENT, {})
    assert len(raised.value.problems) == 3
    (tmp_path / "net.yaml").write_bytes(b"a")
    (tmp_path / "gone.yaml").write_bytes(b"")
    loaded = load_root(tmp_path, Scope.ENVIRONMENT, {key: b"zip"})
    assert set(loaded.uploads) >= {key, f"templates/{sha256(b'a')}/net.yaml", loaded.key}
    (tmp_path / "roots/account.yaml").write_text("{}")
    with pytest.raises(InputError, match="not a root of scope account"):
        load_root(tmp_path, Scope.ACCOUNT, {})


def test_a_place_reads_as_account_and_region():
    address = locate(target(), Scope.ENVIRONMENT, HOME)
    assert str(address) == "tide-staging (111122223333/us-west-2)"
    step = step_of(address, root({}), "", {})
    assert (step.account, step.region) == ("111122223333", HOME)
    assert step.tags == {"project": "tide"}
