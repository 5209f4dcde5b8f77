"""The stages of a rehearsal: timed, stopped at the first failure, and honest about the rest."""

from dataclasses import replace

import pytest

from tests.targets import WORDS
from tidegen.deployment.rehearsal import data
from tidegen.deployment.rehearsal.ports import StoredObject, TableCopy
from tidegen.deployment.rehearsal.preparing import await_replicas
from tidegen.deployment.rehearsal.recovering import change_file, compare
from tidegen.deployment.rehearsal.run import rehearse
from tidegen.deployment.rehearsal.stages import ON_ACCOUNT, ON_ENGINE, NotRehearsedError, Stage
from tidegen.deployment.rehearsal.world import World, Written
from tidegen.errors import DeploymentError, Problem, RefusedError
from tidegen.planning.model import Place, StackState
from tidegen.planning.rehearsal import Result, differences
from tidegen.planning.secrets import StoredSecret
from tidegen.reporting.rehearsal import rehearsal_data, rehearsal_text


def unused(*_):
    raise AssertionError("no stage of these tests uses it")


WORLD = World(
    words=WORDS,
    here=Place("111122223333", "us-west-2"),
    there=Place("111122223333", "us-east-2"),
    connect=unused,
    shell=None,
    store=unused,
    member=unused,
    lose=unused,
    refused=unused,
    is_restored_file=unused,
)


def done(_):
    return "fine"


def failing(_):
    raise DeploymentError(Problem("here", "broke"))


def skipped(_):
    raise NotRehearsedError("nothing can do it")


def run(*acts):
    seconds = iter(range(0, 1000, 5))
    stages = [Stage(f"s{number}", f"Stage {number}", act) for number, act in enumerate(acts)]
    begun = []
    result = rehearse(WORLD, stages, lambda *at: begun.append(at[:2]), lambda: next(seconds))
    return result, begun


def test_every_stage_is_timed():
    result, begun = run(done, skipped, done)
    assert [stage.seconds for stage in result.stages] == [5, 5, 5]
    assert result.passed
    assert result.seconds == 15
    assert begun == [(1, 3), (2, 3), (3, 3)]
    assert [stage.result for stage in result.stages] == [Result.DONE, Result.SKIPPED, Result.DONE]


def test_nothing_is_done_after_a_failure():
    result, begun = run(done, failing, done)
    assert not result.passed
    assert [stage.result for stage in result.stages] == [Result.DONE, Result.FAILED, Result.SKIPPED]
    assert result.stages[1].detail == "here: broke"
    assert result.stages[2].detail == "after s1 failed"
    assert begun == [(1, 3), (2, 3)]


def test_the_report_has_every_stage_and_the_verdict():
    result, _ = run(done, failing, done)
    text = rehearsal_text(result)
    assert "failed" in text
    assert text.splitlines()[-1] == "not recovered in 10.0 s: 1 done, 1 failed, 1 not rehearsed"
    document = rehearsal_data(result)
    assert (document["passed"], document["seconds"]) == (False, 10)
    assert [row["stage"] for row in document["stages"]] == ["s0", "s1", "s2"]


def item(content=b"x", **changes):
    return StoredObject(content=content, media_type="a/b", **changes)


@pytest.mark.parametrize(
    ("got", "lines"),
    [
        ({"a": item()}, []),
        ({}, ["object a is missing"]),
        ({"a": item(), "b": item()}, ["object b was never there"]),
        ({"a": item(b"y")}, ["object a differs"]),
        ({"a": item(metadata={"m": "1"})}, ["object a differs"]),
        ({"a": item(tags={"t": "1"})}, ["object a differs"]),
    ],
)
def test_each_difference_of_the_data_is_named(got, lines):
    assert list(differences("object", {"a": item()}, got)) == lines


def test_the_data_is_the_same_in_every_run_and_varied():
    assert data.uploads() == data.uploads()
    assert data.database() == data.database()
    sizes = {len(upload.content) for upload in data.uploads().values()}
    assert {0, 1} < sizes
    assert max(sizes) > 8_388_608  # above the AWS CLI's threshold of a part
    schema = {"keys": ["k", "n"], "attributes": [attribute("k", "S"), attribute("n", "N")]}
    items = data.items(schema)
    assert len({(row["k"]["S"], row["n"]["N"]) for row in items}) == len(items) > 25


def attribute(name, kind):
    return {"AttributeName": name, "AttributeType": kind}


def test_a_fault_of_tidegen_is_no_failed_stage():
    def faulty(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(faulty)


def test_a_refusal_is_a_failed_stage():
    def refused(_):
        raise RefusedError(Problem("bucket", "is not replicated"), Problem("other", "neither"))

    result, _ = run(refused)
    assert result.stages[0].detail == "bucket: is not replicated; other: neither"


def test_the_removal_is_done_after_a_failure_too():
    removal = Stage("remove", "Remove", done)
    begun = []
    stages = [Stage("first", "First", failing), Stage("second", "Second", done)]
    result = rehearse(WORLD, stages, lambda *at: begun.append(at[2].slug), removal=removal)
    assert [stage.stage for stage in result.stages] == ["first", "second", "remove"]
    assert result.stages[-1].result is Result.DONE
    assert begun == ["first", "remove"]
    assert not result.passed


class Replicating:
    """A store whose replicas have one object more at each look."""

    def __init__(self, slow):
        self.looks, self.slow = 0, slow

    def replica(self, bucket):
        return f"{bucket}-replica"

    def keys(self, bucket):
        assert bucket.endswith("-replica")
        self.looks += 1
        return ["a", "b"][: self.looks // self.slow]


class Deployed:
    """A cloud with the environment's outputs."""

    def stack(self, _):
        outputs = {"UploadsBucketName": "uploads", "AssetsBucketName": "assets"}
        return StackState(name="n", stack_id="i", status="CREATE_COMPLETE", outputs=outputs)


def waiting(slow):
    store, pauses = Replicating(slow), []
    written = Written(buckets={"UploadsBucketName": {"a": 1, "b": 2}, "AssetsBucketName": {"a": 3}})
    world = replace(
        WORLD,
        connect=lambda _: Deployed(),
        store=lambda _: store,
        written=written,
        pause=pauses.append,
    )
    return world, pauses


def test_s3_is_waited_for_until_all_objects_are_replicated():
    world, pauses = waiting(slow=5)
    assert await_replicas(world)
    assert len(pauses) == 9


def test_a_replication_that_does_not_come_is_a_failure():
    world, pauses = waiting(slow=10_000)
    with pytest.raises(
        DeploymentError, match="uploads-replica: has not got 2 objects after 30 min"
    ):
        await_replicas(world)
    assert sum(pauses) >= 15 * 60


def test_on_an_account_nothing_of_people_is_touched():
    """Tables and database of an account are restored by people; its region is not lost."""
    acts = {stage.slug: stage.act for stage in ON_ACCOUNT}
    for slug in ("lose", "tables", "database", "services"):
        with pytest.raises(NotRehearsedError):
            acts[slug](WORLD)
    assert "prerequisites" not in acts


class Restored:
    """A store and cloud of the recovery region, with data that a test spoils."""

    def __init__(self, objects, items, secrets):
        self.kept, self.rows, self.texts = objects, items, secrets

    def objects(self, bucket):
        assert bucket == "uploads"
        return self.kept

    def table(self, name):
        assert name == "metrics"
        return TableCopy({}, self.rows)

    def secret(self, name):
        text = self.texts.get(name)
        return StoredSecret("v", text) if text else None

    def stack(self, _):
        outputs = {"UploadsBucketName": "uploads", "MetricsTableName": "metrics"}
        return StackState(name="n", stack_id="i", status="CREATE_COMPLETE", outputs=outputs)


OBJECTS, ROWS, TEXTS = {"a": item()}, {"[1]": {"n": 1}}, {"/tide/prod/blob": "text"}


@pytest.mark.parametrize(
    ("objects", "rows", "texts", "problem"),
    [
        ({}, ROWS, TEXTS, "UploadsBucketName a is missing"),
        ({"a": item(b"y")}, ROWS, TEXTS, "UploadsBucketName a differs"),
        ({"a": item(tags={"t": ""})}, ROWS, TEXTS, "UploadsBucketName a differs"),
        (OBJECTS, {}, TEXTS, r"MetricsTable \[1\] is missing"),
        (OBJECTS, {"[1]": {"n": 2}}, TEXTS, r"MetricsTable \[1\] differs"),
        (OBJECTS, ROWS, {}, "secret /tide/prod/blob is missing"),
        (OBJECTS, ROWS, {"/tide/prod/blob": "other"}, "secret /tide/prod/blob differs"),
    ],
)
def test_lost_or_changed_data_fails_the_rehearsal(objects, rows, texts, problem):
    written = Written(
        buckets={"UploadsBucketName": OBJECTS},
        tables={"MetricsTable": TableCopy({}, ROWS)},
        secrets=TEXTS,
    )

    def world(*data):
        region = Restored(*data)
        return replace(WORLD, connect=lambda _: region, store=lambda _: region, written=written)

    assert compare(world(OBJECTS, ROWS, TEXTS))
    with pytest.raises(DeploymentError, match=problem):
        compare(world(objects, rows, texts))


def test_a_call_to_the_lost_region_fails_the_rehearsal():
    (act,) = (stage.act for stage in ON_ENGINE if stage.slug == "calls")
    assert act(replace(WORLD, refused=list))
    with pytest.raises(DeploymentError, match="was called 2 times after its loss: POST /"):
        act(replace(WORLD, refused=lambda: ["POST /", "GET /b"]))


def test_a_file_that_the_runbook_does_not_fit_fails_the_rehearsal():
    """The runbook's edit leaves `recovery:` of another form in place, for example."""

    class Shell:
        def run(self, script):
            assert script.startswith("sed -i ")

    world = replace(WORLD, shell=Shell(), is_restored_file=lambda: False)
    with pytest.raises(DeploymentError, match=r"environments/prod\.yaml: is not the file of the"):
        change_file(world)
    assert change_file(replace(world, is_restored_file=lambda: True))


class Answering:
    """A shell whose commands answer by exit code 0, or print it."""

    def __init__(self, printed):
        self.printed = printed

    def run(self, script):
        assert script.startswith("tidegen verify --env prod > ")
        return self.printed


def verifying(printed, commands=("verify",)):
    (act,) = (stage.act for stage in ON_ENGINE if stage.slug == "verify")
    return act(replace(WORLD, shell=Answering(printed), commands=frozenset(commands)))


def test_a_question_is_answered_by_its_exit_code():
    assert verifying("") == "yes"
    with pytest.raises(DeploymentError, match="verify --env prod: exited with 1: 3 are refuted"):
        verifying("1\n3 are refuted\n")
    with pytest.raises(NotRehearsedError, match="not known: 5 are not checked"):
        verifying("2\n5 are not checked\n")
    with pytest.raises(NotRehearsedError, match="no such command"):
        verifying("", commands=())
