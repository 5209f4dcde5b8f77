"""The plan of a recovery: totals, verdicts, what a region has, and what is lost at most."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.built import resources as built
from tests.targets import WORDS
from tidegen.concerns.backup import CONCERN as BACKUP
from tidegen.contract import Scope, Topic
from tidegen.planning.model import Place, Prerequisite, StackAddress, StackState
from tidegen.planning.preflight import (
    PreflightFinding,
    PreflightReport,
    Question,
    Unchecked,
    Unknown,
)
from tidegen.planning.recovery.facts import RecoveryFacts, recovery_questions, secret_ids
from tidegen.planning.recovery.model import (
    Phase,
    PlannedStep,
    Presence,
    RecoveryPlan,
    RecoveryStep,
    State,
)
from tidegen.planning.recovery.objectives import (
    due_hours,
    minutes_between,
    objectives,
    replication_minutes,
)
from tidegen.planning.recovery.presence import planned
from tidegen.planning.recovery.steps import steps_for
from tidegen.reporting.recovery import recovery_text, span, summary_text

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
STEPS = steps_for(WORDS)
PLACE = Place(WORDS.account, WORDS.region)
BUCKET = "tide-prod-backups-dr-us-east-2-111122223333"
REPLICAS = StackState(
    name="tide-prod-recovery",
    stack_id="arn:replicas",
    status="CREATE_COMPLETE",
    outputs={"ReplicaBackupsBucketArn": f"arn:aws:s3:::{BUCKET}"},
)
TODAY, BEFORE = "2026-12-01T05:00:00+00:00", "2026-11-20T05:00:00+00:00"
POINTS = {"tide-prod-recovery": {"EBS": TODAY, "DynamoDB": TODAY}}
REPLICATED = {
    name: {"arn": "x", "deleted": "", "primary": "us-west-2"} for name in secret_ids(WORDS)
}
ANSWERS = {
    Topic.OWN_IMAGES: {"ami-1": {"name": "mongodb", "created": "2026-11-30"}},
    Topic.SECRETS: REPLICATED,
    Topic.HOSTED_ZONES: {"prod.tide.example": ("Z1",)},
    Topic.NAME_SERVERS: {"prod.tide.example": ("ns-1.example",)},
    Topic.RECOVERY_POINTS: POINTS,
    Topic.DUMPS: {BUCKET: TODAY},
}


def facts(answers=ANSWERS, **changes):
    asked = {Question(topic): answer for topic, answer in answers.items()}
    given = {"replicas": REPLICAS, "report": PreflightReport(), **changes}
    return RecoveryFacts(words=WORDS, now=NOW, answers=asked, **given)


def presence(slug, known):
    (item,) = (item for item in planned(STEPS, known) if item.step.slug == slug)
    return item.presence


def found(message, failure):
    return PreflightReport((PreflightFinding("here", message, failure),))


def unchecked(check):
    return PreflightReport(unchecked=(Unchecked("here", check, "denied"),))


def baseline_missing():
    address = StackAddress(PLACE, "tide-account", Scope.ACCOUNT)
    return (Prerequisite(address, "tidegen bootstrap --env prod"),)


def test_a_prepared_region_has_all_that_is_needed():
    steps = planned(STEPS, facts())
    states = {item.step.slug: item.state for item in steps if item.step.phase is Phase.PREPARE}
    assert set(states.values()) == {State.READY}, states
    assert {item.state for item in steps if item.step.phase is Phase.RECOVER} == {State.LATER}
    plan = RecoveryPlan(environment="prod", home="a", region="b", steps=steps)
    assert plan.exit_code == 0
    assert not [item for item in steps if plan.blocked(item)]


DELETED = {**REPLICATED, "/tide/prod/blob": {"arn": "x", "deleted": "2026-12-08", "primary": ""}}
WITHOUT_BLOB = {name: item for name, item in REPLICATED.items() if name != "/tide/prod/blob"}


@pytest.mark.parametrize(
    ("slug", "known", "part"),
    [
        ("baseline", facts(missing=baseline_missing()), "tide-account (111122223333/us-east-2)"),
        ("packages", facts(missing=baseline_missing()), "no artifacts bucket"),
        ("replicas", facts(replicas=None), "not deployed"),
        ("replicas", facts(replicas=replace(REPLICAS, status="ROLLBACK_COMPLETE")), "ROLLBACK"),
        ("packages", facts(report=found("gone", "packages-missing")), "gone"),
        ("image", facts({**ANSWERS, Topic.OWN_IMAGES: {}}), "no image"),
        ("secrets", facts({**ANSWERS, Topic.SECRETS: WITHOUT_BLOB}), "/tide/prod/blob"),
        ("secrets", facts({**ANSWERS, Topic.SECRETS: DELETED}), "/tide/prod/blob"),
        ("points", facts(replicas=None), "no vault"),
        ("points", facts({**ANSWERS, Topic.RECOVERY_POINTS: {}}), "none of EBS, DynamoDB"),
        (
            "points",
            facts({**ANSWERS, Topic.RECOVERY_POINTS: {"tide-prod-recovery": {"EBS": TODAY}}}),
            "none of DynamoDB",
        ),
        (
            "points",
            facts(
                {
                    **ANSWERS,
                    Topic.RECOVERY_POINTS: {
                        "tide-prod-recovery": {"EBS": BEFORE, "DynamoDB": TODAY}
                    },
                }
            ),
            "too old: EBS",
        ),
        ("dumps", facts(replicas=None), "no replica"),
        ("dumps", facts({**ANSWERS, Topic.DUMPS: {}}), "has none"),
        ("dumps", facts({**ANSWERS, Topic.DUMPS: {BUCKET: BEFORE}}), "too old: dump"),
        ("mail", facts(report=found("in the sandbox", "mail-sandbox")), "in the sandbox"),
        ("quotas", facts(report=found("too few", "address-quota")), "too few"),
        ("quotas", facts(report=found("too few", "quota-exceeded")), "too few"),
        ("quotas", facts(report=found("too few", "concurrency-quota")), "too few"),
        ("zone", facts({**ANSWERS, Topic.HOSTED_ZONES: {}}), "no zone of prod.tide.example"),
        ("zone", facts({**ANSWERS, Topic.NAME_SERVERS: {}}), "not delegate prod.tide.example"),
        ("account", facts(report=found("role is gone", "role-missing")), "role is gone"),
        ("account", facts(report=found("secret 'x' exists already", "name-taken")), "secret 'x'"),
    ],
)
def test_a_missing_part_is_named(slug, known, part):
    assert presence(slug, known).state is State.MISSING
    assert part in presence(slug, known).detail
    assert presence(slug, known).remedy


@pytest.mark.parametrize(
    ("slug", "known"),
    [
        *(
            (slug, facts({**ANSWERS, topic: Unknown("denied")}))
            for slug, topic in (
                ("image", Topic.OWN_IMAGES),
                ("secrets", Topic.SECRETS),
                ("points", Topic.RECOVERY_POINTS),
                ("dumps", Topic.DUMPS),
                ("zone", Topic.HOSTED_ZONES),
                ("zone", Topic.NAME_SERVERS),
            )
        ),
        ("packages", facts(report=unchecked("database packages"))),
        ("mail", facts(report=unchecked("SES account"))),
        ("quotas", facts(report=unchecked("vCPU quota"))),
        ("quotas", facts(report=unchecked("quota of NAT gateways"))),
        ("account", facts(report=unchecked("buckets"))),
    ],
)
def test_an_unread_fact_is_not_known(slug, known):
    assert presence(slug, known) == Presence(State.UNKNOWN, presence(slug, known).detail)
    assert "denied" in presence(slug, known).detail


def test_replicas_of_secrets_block_no_recovery():
    message = "secret '/tide/prod/blob' exists already, as a replica of the one in us-west-2; adopt"
    assert presence("account", facts(report=found(message, "name-taken"))).state is State.READY


def test_a_vault_and_a_bucket_are_asked_for_only_if_they_exist():
    def topics(replicas):
        return {question.topic for question in recovery_questions(WORDS, replicas)}

    assert topics(REPLICAS) - topics(None) == {Topic.RECOVERY_POINTS, Topic.DUMPS}


def step(slug, low, high, *needs):
    phase = Phase.RECOVER
    return PlannedStep(
        RecoveryStep(
            slug=slug,
            phase=phase,
            title=slug,
            minutes=(low, high),
            source="",
            section="",
            needs=needs,
        ),
        Presence(State.LATER, ""),
    )


def test_the_totals_are_the_longest_chains():
    """Two steps at once take as long as the longer one, in the best and in the worst case."""
    steps = (
        step("file", 10, 15),
        step("tables", 5, 120, "file"),
        step("zone", 20, 20, "file"),
        step("services", 60, 90, "tables", "zone"),
        step("uploads", 100, 200, "zone"),
    )
    plan = RecoveryPlan(environment="e", home="h", region="r", steps=steps)
    assert plan.serving == (10 + 20 + 60, 15 + 120 + 90)
    assert plan.complete == (10 + 20 + 100, 15 + 20 + 200)


@pytest.mark.parametrize(
    ("states", "code"),
    [((State.READY,), 0), ((State.READY, State.UNKNOWN), 2), ((State.UNKNOWN, State.MISSING), 1)],
)
def test_missing_is_worse_than_not_known(states, code):
    steps = tuple(
        PlannedStep(item, Presence(state, "")) for item, state in zip(STEPS, states, strict=False)
    )
    plan = RecoveryPlan(environment="e", home="h", region="r", steps=steps)
    assert plan.exit_code == code


@pytest.mark.parametrize(
    ("expression", "minutes"),
    [
        ("cron(0 5/6 * * ? *)", 360),
        ("cron(0 6 * * ? *)", 1440),
        ("cron(0 3 ? * SUN *)", 7 * 1440),
        ("cron(0 3 1 * ? *)", None),
        ("cron(0 3,9 * * ? *)", None),
        ("rate(6 hours)", None),
    ],
)
def test_the_minutes_between_two_runs(expression, minutes):
    assert minutes_between(expression) == minutes


def test_the_schedules_of_the_templates_are_understood():
    plans = [r for r in built(BACKUP).values() if r["Type"] == "AWS::Backup::BackupPlan"]
    rules = [rule for r in plans for rule in r["Properties"]["BackupPlan"]["BackupPlanRule"]]
    assert sorted(minutes_between(rule["ScheduleExpression"]) for rule in rules) == [360, 1440]


def replicated(minutes):
    time = {"Time": {"Minutes": minutes}}
    rule = {"Destination": {"ReplicationTime": time}}
    return {
        "Type": "AWS::S3::Bucket",
        "Properties": {"ReplicationConfiguration": {"Rules": [rule]}},
    }


def plan_resource(expression, **rule):
    rule = {"ScheduleExpression": expression, **rule}
    return {"Properties": {"BackupPlan": {"BackupPlanRule": [rule]}}}


COPIED = {"StartWindowMinutes": 60, "CompletionWindowMinutes": 360, "CopyActions": [{}]}
RESOURCES = {
    "Storage/UploadsBucket": replicated(15),
    "Storage/AssetsBucket": replicated(15),
    "Storage/BackupsBucket": replicated(15),
    "LogArchive/LogArchive": replicated(15),
    "ArtifactsBucket": replicated(20),
    "Backup/Plan": plan_resource("cron(0 5/6 * * ? *)", **COPIED),
    "Backup/TablesPlan": plan_resource("cron(0 6 * * ? *)", **COPIED),
    "Secrets/Blob": {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {"ReplicaRegions": [{"Region": "us-east-2"}]},
    },
}


def lost(resources):
    return {item.kind: item.minutes for item in objectives(resources, facts())}


def test_the_loss_is_the_interval_and_the_time_until_a_copy_is_complete():
    assert lost(RESOURCES) == {
        "uploads": 15,
        "mail assets": 15,
        "archived logs": 15,
        "packages, templates": 20,
        "database, from recovery points": 360 + 60 + 360,
        "tables": 1440 + 60 + 360,
        "database, from dumps": due_hours() * 60 + 60 + 15,
        "secrets": 0,
    }


def test_data_that_nothing_copies_is_lost():
    assert set(lost({}).values()) == {None}
    uncopied = {"Backup/Plan": plan_resource("cron(0 5/6 * * ? *)", StartWindowMinutes=60)}
    assert lost({**RESOURCES, **uncopied})["database, from recovery points"] is None
    secret = {"Secrets/Other": {"Type": "AWS::SecretsManager::Secret", "Properties": {}}}
    assert lost({**RESOURCES, **secret})["secrets"] is None


def test_the_newest_copies_are_shown():
    newest = {item.kind: item.newest for item in objectives(RESOURCES, facts())}
    today = datetime(2026, 12, 1, 5, tzinfo=UTC)
    assert newest["tables"] == newest["database, from dumps"] == today
    assert NOW - today < timedelta(days=1)


def test_a_bucket_without_a_promise_has_no_minutes():
    assert replication_minutes({}) is None
    assert (
        replication_minutes({"Properties": {"ReplicationConfiguration": {"Rules": [{}]}}}) is None
    )


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        ((10, 10), "10 min"),
        ((0, 5), "0 to 5 min"),
        ((30, 120), "30 min to 2 h"),
        ((360, 1440), "6 to 24 h"),
        ((155, 325), "2.58 to 5.42 h"),
    ],
)
def test_a_span_names_its_units(minutes, text):
    assert span(minutes) == text


def test_the_text_has_every_step_with_what_is_missing_for_it():
    known = facts(replicas=None)
    plan = RecoveryPlan(
        environment="prod",
        home="us-west-2",
        region="us-east-2",
        steps=planned(STEPS, known),
        objectives=objectives(RESOURCES, known),
    )
    text = recovery_text(plan)
    assert [step.title for step in STEPS if step.title not in text] == []
    assert "after: deploy, points; missing: points" in text
    assert "tidegen secrets adopt --env prod" in text
    assert "tidegen bootstrap" not in text  # it is ready
    assert "uploads                         15 min" in text
    assert summary_text(plan) == "3 steps are missing, 0 not known"
