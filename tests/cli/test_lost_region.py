"""Production is rebuilt in its recovery region while its home region does not answer.

The commands are those of docs/runbooks/recovery.md, which bash runs: as stages of
`tidegen rehearse`, and the rest here.
"""

import base64
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import boto3
import jmespath
import pytest

from tests.conftest import ROOT, tidegen, unmeasured, unmeasured_engine
from tidegen.chart.secrets import CHART_SECRETS
from tidegen.cli.commands.rehearsing import copied, world_on
from tidegen.deployment.rehearsal.data import database, secret, uploads
from tidegen.deployment.rehearsal.run import rehearse
from tidegen.deployment.rehearsal.stages import ON_ENGINE, Stage
from tidegen.deployment.rehearsal.world import World
from tidegen.local.engine import environment_variables, regain_region
from tidegen.planning.rehearsal import Rehearsal, Result
from tidegen.reporting.rehearsal import rehearsal_text

HOME, RECOVERY = "us-west-2", "us-east-2"
ACCOUNT = "111122223333"
ENV = ("--env", "production")


@pytest.fixture(scope="module", autouse=True)
def not_measured():
    """The commands, whose coverage other tests measure, deploy production twice."""
    with unmeasured():
        yield


@pytest.fixture(scope="module")
def rehearsal():
    """The rehearsal of production's recovery, with notes of its course, and its engine."""
    with (
        copied(ROOT) as folder,
        unmeasured_engine() as engine,
        pytest.MonkeyPatch.context() as patch,
    ):
        variables = environment_variables(engine.endpoint, ACCOUNT, RECOVERY)
        for name, value in variables.items():
            patch.setenv(name, value)
        world = world_on(folder, "production", None, engine.endpoint)
        result = rehearse(world, tuple(stages()), lambda *_: None)
        regain_region(engine.endpoint, HOME)
        yield Rehearsed(result, world, folder / "project", variables)


@dataclass
class Rehearsed:
    result: Rehearsal
    world: World
    project: Path
    variables: dict[str, str]

    def note(self, name):
        return json.loads((self.project / name).read_text())


def stages():
    """Return the stages, with notes in between: the zone before the loss, preflight after it."""
    for stage in ON_ENGINE:
        if stage.slug == "lose":
            yield Stage("zone", "Note the zone", note_zone)
        if stage.slug == "adopt":
            yield Stage("preflight", "Note preflight", noted("preflight", "|| true"))
            yield Stage("adopt", stage.title, noted("secrets adopt"))
        else:
            yield stage


def noted(command, rest=""):
    name = command.partition(" ")[0]
    script = f"tidegen {command} --env production --json > {name}.json {rest}"
    return lambda world: world.shell.run(script) or "noted"


def note_zone(world):
    aws = {"AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"]}
    dns = client(aws, HOME, "route53")
    zones = dns.list_hosted_zones_by_name(DNSName="production.tidepool.example", MaxItems="1")
    first = zones["HostedZones"][0]
    ZONES.append({**first, "records": records(dns, first["Id"])})
    return first["Id"]


#: The public zone of the lost region, with its records.
ZONES = []


@pytest.fixture(scope="module")
def aws(rehearsal):
    return rehearsal.variables


@pytest.fixture(scope="module")
def moved(rehearsal):
    """The project after the runbook's edit: production's file has the other region."""
    return rehearsal.project


@pytest.fixture(scope="module")
def zone(rehearsal):
    (noted_zone,) = ZONES
    return noted_zone


@pytest.fixture(scope="module")
def raised(rehearsal):
    """Production in the recovery region, rebuilt without a call to the lost one."""
    assert rehearsal.result.passed, rehearsal_text(rehearsal.result)
    return [item for item in rehearsal.note("preflight.json")["findings"] if item["blocking"]]


def edit(project, *changes):
    path = project / "environments" / "production.yaml"
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def steps(heading, name="recovery"):
    """Return the commands below a heading of a runbook."""
    page = (ROOT / "docs" / "runbooks" / f"{name}.md").read_text()
    (section,) = re.findall(rf"^###? {heading}$(.*?)(?=^###? )", page, re.M | re.S)
    return "\n".join(re.findall(r"^```\n(.*?)^```", section, re.M | re.S))


def run_steps(heading, project, aws, **settings):
    """Run the commands below a heading; every question is answered with the environment's name."""
    return run_script(steps(heading), project, aws, **settings)


def run_script(script, project, aws, **settings):
    commands = project / "bin"
    commands.mkdir(exist_ok=True)
    answers = "printf 'production\\nproduction\\n'"
    scripts = {
        "aws": f"{sys.executable} {ROOT / 'tests' / 'aws_cli.py'}",
        "tidegen": f"{answers} | {sys.executable} -m tidegen",
    }
    for name, stub in scripts.items():
        engine = 'case "$*" in *--env*) set -- "$@" --local;; esac\n' if name == "tidegen" else ""
        (commands / name).write_text(f'#!/bin/sh\n{engine}{stub} "$@"\n')
        (commands / name).chmod(0o755)
    environment = {**os.environ, **aws, "AWS_ACCESS_KEY_ID": "111122223333", **settings}
    environment |= {"AWS_SECRET_ACCESS_KEY": "local", "PATH": f"{commands}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def secrets(aws, region):
    return client(aws, region, "secretsmanager")


def client(aws, region, service):
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=aws["AWS_ENDPOINT_URL"],
        aws_access_key_id="111122223333",
        aws_secret_access_key="local",
    )


def records(dns, zone):
    listed = dns.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return {(r["Name"], r["Type"]): r for r in listed}


def test_every_stage_is_done_but_those_that_no_engine_can_do(rehearsal):
    assert rehearsal.result.passed, rehearsal_text(rehearsal.result)
    skipped = {stage.stage for stage in rehearsal.result.of(Result.SKIPPED)}
    # questions are not rehearsed where this tidegen does not have them, or no engine the facts
    assert skipped - {"prove", "verify"} == {"services"}
    assert all(stage.detail for stage in rehearsal.result.stages)


def test_the_data_is_all_that_was_written(rehearsal):
    """The rehearsal compares it; this looks at some of it by the services' own APIs."""
    aws, written = rehearsal.variables, rehearsal.world.written
    s3, bucket = client(aws, RECOVERY, "s3"), f"tidepool-production-uploads-{RECOVERY}-{ACCOUNT}"
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert {item["Key"]: item["Size"] for item in listed} == {
        key: len(item.content) for key, item in uploads().items()
    }
    dynamodb = client(aws, RECOVERY, "dynamodb")
    for table in ("metrics", "analytics"):
        count = dynamodb.scan(TableName=f"tidepool-production-{table}", Select="COUNT")["Count"]
        assert count > 1
    assert len(written.database) == len(database()) > 1_000_000
    assert re.fullmatch(r"mongodb/\d{4}/\d\d/\d\d/\d{6}", written.dump)


def test_secrets_are_promoted_from_the_lost_region(rehearsal):
    adopted = rehearsal.note("secrets.json")["adopted"]
    assert {item["promoted_from"] for item in adopted} == {HOME}
    assert len(adopted) == len(CHART_SECRETS)


def test_the_plan_names_what_the_recovery_region_has(rehearsal):
    """The engine makes no recovery points and has no packages; a dump was replicated."""
    plan = rehearsal.note("plan.json")
    states = {step["step"]: step["state"] for step in plan["steps"] if step["phase"] == "prepare"}
    ready = {name for name, state in states.items() if state == "ready"}
    assert {"baseline", "replicas", "secrets", "mail", "dumps"} <= ready
    missing = {name for name, state in states.items() if state == "missing"}
    assert missing == {"packages", "image", "points"}
    assert plan["possible"] is False
    assert (plan["home"], plan["region"]) == (HOME, RECOVERY)
    lost = {item["kind"]: item["minutes"] for item in plan["objectives"]}
    assert lost["uploads"] == lost["archived logs"] == 15
    assert None not in lost.values()


def test_only_replicas_of_secrets_block_the_deploy(raised):
    """Buckets, roles and policies of the lost region keep their names; these differ."""
    assert len(raised) == len(CHART_SECRETS)
    assert all(f"a replica of the one in {HOME}" in item["message"] for item in raised)
    assert all("'tidegen secrets adopt'" in item["message"] for item in raised)


@pytest.mark.usefixtures("raised")
def test_secrets_are_adopted_with_their_values(aws):
    here = secrets(aws, RECOVERY)
    held = here.describe_secret(SecretId="/tidepool/production/blob")
    assert held.get("PrimaryRegion") in (None, RECOVERY)
    assert here.get_secret_value(SecretId="/tidepool/production/blob")["SecretString"] == secret(
        "blob"
    )


@pytest.mark.usefixtures("raised")
def test_it_is_deployed_completely_and_no_secret_is_left_to_adopt(aws, moved):
    status = tidegen("status", *ENV, env=aws, cwd=moved)
    assert f"tidepool-production (111122223333/{RECOVERY})  CREATE_COMPLETE" not in status.stdout
    assert f"tidepool-production (111122223333/{RECOVERY})  UPDATE_COMPLETE" in status.stdout
    done = tidegen("secrets", "adopt", *ENV, "--yes", "--json", env=aws, cwd=moved)
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"environment": "production", "adopted": []}
    assert "no secrets to adopt" in done.stderr


def test_the_newest_complete_recovery_point_is_taken():
    """As jmespath, the AWS CLI's own reader of --query, finds it."""
    points = [
        {"RecoveryPointArn": "older", "Status": "COMPLETED", "CreationDate": "2026-11-29"},
        {"RecoveryPointArn": "newest", "Status": "COMPLETED", "CreationDate": "2026-11-30"},
        {"RecoveryPointArn": "expired", "Status": "EXPIRED", "CreationDate": "2026-12-01"},
    ]
    (query,) = re.findall(r'--query \\\n +"(sort_by.*?)"\)', steps("Database"))
    assert jmespath.search(query, {"RecoveryPoints": points}) == "newest"


@pytest.mark.usefixtures("raised")
def test_the_database_comes_back_from_one_recovery_point(rehearsal, aws, moved):
    """The rehearsal has run the runbook's commands with the snapshot as the newest point."""
    written, ec2 = rehearsal.world.written, client(aws, RECOVERY, "ec2")
    before, after = written.volumes, volumes(aws)
    assert len(before) == len(after) == 3
    assert not set(after.values()) & set(before)
    held = ec2.describe_volumes(VolumeIds=list(after.values()))["Volumes"]
    assert {volume["SnapshotId"] for volume in held} == {written.snapshot}
    (snapshot,) = ec2.describe_snapshots(SnapshotIds=[written.snapshot])["Snapshots"]
    assert snapshot["VolumeId"] == before[0]
    zones = {volume["VolumeId"]: volume["AvailabilityZone"] for volume in held}
    assert sorted(zones.values()) == [f"{RECOVERY}{letter}" for letter in "abc"]
    # the former ones are kept, and members attach the new ones
    assert len(ec2.describe_volumes(VolumeIds=list(before))["Volumes"]) == len(before)
    for number in (1, 2, 3):
        assert after[f"Member{number}Volume"] in user_data(ec2, number)
    assert "nothing to change" in tidegen("deploy", *ENV, "--yes", env=aws, cwd=moved).stdout


@pytest.mark.usefixtures("raised")
def test_the_recovered_region_becomes_its_recovery_region(aws, moved):
    edit(moved, ("release: current", f"recovery: {{region: {HOME}}}\nrelease: current"))
    report = json.loads(tidegen("preflight", *ENV, "--json", env=aws, cwd=moved).stdout)
    assert [item for item in report["findings"] if item["blocking"]] == []
    done = tidegen("deploy", *ENV, "--yes", env=aws, cwd=moved)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.usefixtures("raised")
def test_the_zone_is_kept_and_its_records_name_the_new_region(aws, zone):
    """Nothing has to be delegated again, so no resolver has to forget anything."""
    dns = client(aws, RECOVERY, "route53")
    name = zone["Name"]
    public = [
        z
        for z in dns.list_hosted_zones()["HostedZones"]
        if z["Name"] == name and not z["Config"]["PrivateZone"]
    ]
    assert [z["Id"] for z in public] == [zone["Id"]]
    before, now = zone["records"], records(dns, zone["Id"])
    assert now[name, "NS"] == before[name, "NS"]
    api = (f"api.{name}", "A")
    assert HOME in json.dumps(before[api])
    assert RECOVERY in json.dumps(now[api])
    assert HOME not in json.dumps(now[api])


def volumes(aws):
    """Return member → volume id, as the stack has it."""
    stacks = client(aws, RECOVERY, "cloudformation")
    root = stacks.describe_stack_resources(StackName="tidepool-production")["StackResources"]
    (nested,) = [r for r in root if r["LogicalResourceId"] == "Database"]
    held = stacks.describe_stack_resources(StackName=nested["PhysicalResourceId"])
    return {
        r["LogicalResourceId"]: r["PhysicalResourceId"]
        for r in held["StackResources"]
        if r["ResourceType"] == "AWS::EC2::Volume"
    }


@pytest.mark.usefixtures("raised")
def test_a_lost_volume_is_replaced_by_a_copy_of_a_healthy_one(aws, moved):
    """Not of a volume that was replaced and kept, whose data is old: the member uses another."""
    before = volumes(aws)
    attach(aws, before["Member2Volume"])
    script = steps("One volume is lost", "database").replace("ZONE", f"{RECOVERY}a")
    run_script(script, moved, aws, AWS_REGION=RECOVERY)
    after = volumes(aws)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"Member1Volume"}
    ec2 = client(aws, RECOVERY, "ec2")
    (volume,) = ec2.describe_volumes(VolumeIds=[after["Member1Volume"]])["Volumes"]
    (snapshot,) = ec2.describe_snapshots(SnapshotIds=[volume["SnapshotId"]])["Snapshots"]
    assert snapshot["VolumeId"] == before["Member2Volume"]
    assert after["Member1Volume"] in user_data(ec2, 1)


def attach(aws, volume):
    """Attach a volume to an instance, as the member does at its boot; the engine boots none."""
    ec2 = client(aws, RECOVERY, "ec2")
    made = ec2.run_instances(ImageId="ami-0123456789abcdef0", MinCount=1, MaxCount=1)
    (instance,) = made["Instances"]
    ec2.attach_volume(VolumeId=volume, InstanceId=instance["InstanceId"], Device="/dev/sdf")


def user_data(ec2, number):
    """Return the newest user data of a member's launch template."""
    name = f"tidepool-production-mongo-{number}"
    texts = []
    for template in ec2.describe_launch_templates()["LaunchTemplates"]:
        (newest,) = ec2.describe_launch_template_versions(
            LaunchTemplateId=template["LaunchTemplateId"], Versions=["$Latest"]
        )["LaunchTemplateVersions"]
        if name in json.dumps(newest["LaunchTemplateData"].get("TagSpecifications", [])):
            texts.append(base64.b64decode(newest["LaunchTemplateData"]["UserData"]).decode())
    return "\n".join(texts)
