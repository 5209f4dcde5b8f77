"""Dumps and restores by the shipped programs, with the AWS CLI, in the engine's S3 and KMS.

The programs come from the bundle, as the template's user data starts them. There is no mongod:
dumps are the bytes of a file. A spoilt backup is detected before anything changes.
"""

import gzip
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from tests.built import CONTEXT, resources
from tests.conftest import unmeasured
from tests.engine_proxy import proxied
from tests.engine_snapshots import new_engine
from tidegen.concerns.database import CONCERN
from tidegen.errors import DeploymentError
from tidegen.local.engine import environment_variables
from tidegen.local.member import LocalMember
from tidegen.local.shell import search_path

ACCOUNT, REGION = "111122223333", "eu-central-1"
BACKUPS, ARTIFACTS = "tide-production-backups", "tide-artifacts"
DATA = bytes(range(256)) * 2000 + b"the end"
OTHER = b"newer data of the set"
PROGRAMS = CONTEXT.assets["database"]


@pytest.fixture(scope="module")
def loader():
    """The user data of a member, with all values but the key's."""
    data = resources(CONCERN)["Member1LaunchTemplate"]["Properties"]["LaunchTemplateData"]
    text = data["UserData"]["Fn::Base64"]["Fn::Sub"]
    values = {
        "Project": "tide",
        "Environment": "production",
        "Protected": "true",
        "AWS::Region": REGION,
        "AWS::StackName": "tide-production-Database-1",
        "PrivateDomain": "internal.production.example",
        "ArtifactsBucketName": ARTIFACTS,
        "BackupsBucketName": BACKUPS,
        "KeyfileSecret": "keyfile",
        "AdminSecret": "admin",
    }
    return re.sub(r"\$\{([A-Za-z0-9:]+)\}", lambda m: values.get(m[1], f"@{m[1]}@"), text)


def client(endpoint, service):
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="local",
    )


class Set:
    """A replica set on an engine: its bucket, its key, and members."""

    def __init__(self, folder, endpoint, installed=None, key=""):
        self.folder, self.endpoint, self.installed = folder, endpoint, installed
        self.s3, self.kms = client(endpoint, "s3"), client(endpoint, "kms")
        self.key = key

    def create(self, loader):
        place = {"LocationConstraint": REGION}
        for bucket in (BACKUPS, ARTIFACTS):
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        self.s3.put_object(Bucket=ARTIFACTS, Key=PROGRAMS.key, Body=PROGRAMS.content)
        self.key = self.kms.create_key()["KeyMetadata"]["Arn"]
        secrets = client(self.endpoint, "secretsmanager")
        for name in ("keyfile", "admin"):
            secrets.create_secret(Name=name, SecretString=f"{name}-value")
        self.installed = self.folder / "installed"
        self.installed.mkdir()
        first = LocalMember(self.installed, search_path(self.installed))
        first.install(loader.replace("@BackupKeyArn@", self.key))

    def member(self, number=1, key=None, data=DATA):
        """Return a member: the first one is installed, the others are copies with its settings."""
        folder = self.folder / str(number)
        folder.mkdir(parents=True)
        made = Traced(folder, search_path(folder))
        made.settle(self.installed, MEMBER=str(number), **({"BACKUP_KEY": key} if key else {}))
        made.data = data
        return made

    def names(self, ending=""):
        listed = self.s3.list_objects_v2(Bucket=BACKUPS).get("Contents", [])
        return [item["Key"] for item in listed if item["Key"].endswith(ending)]

    def dump(self):
        (manifest,) = self.names("/manifest.json")
        return manifest.removesuffix("/manifest.json")

    def read(self, key):
        return self.s3.get_object(Bucket=BACKUPS, Key=key)["Body"].read()

    def write(self, key, content):
        encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.key}
        self.s3.put_object(Bucket=BACKUPS, Key=key, Body=content, **encrypted)


class Traced(LocalMember):
    """A member whose commands tests replace."""

    def settle(self, installed, **settings):
        shutil.copytree(installed / "programs", self._folder / "programs")
        shutil.copy(installed / "keyfile", self._folder)
        text = (installed / "settings").read_text()
        for name, value in settings.items():
            text = re.sub(rf"^{name}=.*$", f"{name}={value}", text, flags=re.M)
        (self._folder / "settings").write_text(text)

    def stand_in(self, name, text):
        self._write(name, text)

    def ahead(self, minutes):
        """Let the member's clock be wrong; a time that is given stays as it is."""
        shifted = f"{minutes} minutes"
        text = f"""
words=() given=
for word; do
  [ "$word" != -d ] || given=yes
  [ "$word" != now ] || word='{shifted}'
  words+=("$word")
done
[ -n "$given" ] || words+=(-d '{shifted}')
exec {shutil.which("date")} "${{words[@]}}"
"""
        self.stand_in("date", text)

    def started(self, program, *arguments):
        return subprocess.Popen(
            [self._folder / "programs" / program, *arguments],
            cwd=self._folder,
            env={**os.environ, **self._places()},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


def today(environment="production"):
    return f"{environment}-{datetime.now(UTC):%Y%m%d}"


@pytest.fixture(scope="module", autouse=True)
def shell_of_a_member():
    """Variables as on an instance: of the engine only."""
    with pytest.MonkeyPatch.context() as patch, unmeasured():
        for name, value in environment_variables("", ACCOUNT, REGION).items():
            patch.setenv(name, value)
        yield patch


@pytest.fixture(scope="module")
def empty(loader, shell_of_a_member, tmp_path_factory):
    """An engine with a set that has no backup."""
    with new_engine() as engine:
        shell_of_a_member.setenv("AWS_ENDPOINT_URL", engine.endpoint)
        made = Set(tmp_path_factory.mktemp("set"), engine.endpoint)
        made.create(loader)
        engine.freeze()
        yield engine, made.installed, made.key


@pytest.fixture(scope="module")
def dumped(empty, shell_of_a_member, tmp_path_factory):
    """An engine with a set that has one backup."""
    engine, *rest = empty
    with engine.copy() as copy:
        shell_of_a_member.setenv("AWS_ENDPOINT_URL", copy.endpoint)
        Set(tmp_path_factory.mktemp("dumped"), copy.endpoint, *rest).member().run("backup.sh")
        copy.freeze()
        yield copy, *rest


@pytest.fixture
def fresh(empty, monkeypatch, tmp_path):
    engine, *rest = empty
    with engine.copy() as copy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", copy.endpoint)
        yield Set(tmp_path / "set", copy.endpoint, *rest)


@pytest.fixture
def backed_up(dumped, monkeypatch, tmp_path):
    engine, *rest = dumped
    with engine.copy() as copy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", copy.endpoint)
        yield Set(tmp_path / "set", copy.endpoint, *rest)


def test_a_dump_is_stored_under_its_key_with_its_checksum(backed_up):
    folder = backed_up.dump()
    manifest = json.loads(backed_up.read(f"{folder}/manifest.json"))
    stored = backed_up.s3.get_object(Bucket=BACKUPS, Key=f"{folder}/dump.archive.gz")
    content = stored["Body"].read()
    assert (stored["ServerSideEncryption"], stored["SSEKMSKeyId"]) == ("aws:kms", backed_up.key)
    assert manifest["sha256"] == hashlib.sha256(content).hexdigest()
    assert manifest["bytes"] == len(content)
    assert gzip.decompress(content) == DATA


def test_a_restore_writes_the_same_bytes(backed_up):
    member = backed_up.member(data=OTHER)
    messages = member.run("restore.sh", backed_up.dump(), today())
    assert member.data == DATA
    assert messages.endswith(f"restored {backed_up.dump()}\n")
    begun, ended = (key for key in backed_up.names() if "/restore-" in key)
    assert ended == f"{begun}-ended"


def refused(member, *arguments, **settings):
    """Return the messages of a restore that changes nothing."""
    with pytest.raises(DeploymentError) as raised:
        member.run("restore.sh", *arguments, **settings)
    assert member.data == OTHER
    return str(raised.value)


def no_restore_began(backed_up):
    return not [key for key in backed_up.names() if "/restore-" in key]


@pytest.mark.parametrize(
    "confirmation",
    [(), ("",), (today("staging"),), ("production-20200101",), ("yes",)],
    ids=["none", "empty", "of staging", "of another day", "yes"],
)
def test_production_is_not_restored_without_its_confirmation(backed_up, confirmation):
    member = backed_up.member(data=OTHER)
    problem = refused(member, backed_up.dump(), *confirmation)
    assert f"production is protected; give '{today()}' as the confirmation" in problem
    assert no_restore_began(backed_up)


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


SPOILT = {
    "one bit": flipped,
    "the last byte": lambda content: content[:-1],
    "all": lambda _: b"",
    "another dump": lambda _: gzip.compress(b"of another set"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_dump_is_not_restored(backed_up, spoilt):
    key = f"{backed_up.dump()}/dump.archive.gz"
    backed_up.write(key, SPOILT[spoilt](backed_up.read(key)))
    problem = refused(backed_up.member(data=OTHER), backed_up.dump(), today())
    assert "does not match its manifest; nothing was changed, choose another backup" in problem
    assert no_restore_began(backed_up)


@pytest.mark.parametrize("manifest", [None, b"", b'{"bytes": 7, "sha256": "cut'])
def test_a_dump_without_a_whole_manifest_is_not_restored(backed_up, manifest):
    folder = backed_up.dump()
    if manifest is None:
        backed_up.s3.delete_object(Bucket=BACKUPS, Key=f"{folder}/manifest.json")
    else:
        backed_up.write(f"{folder}/manifest.json", manifest)
    member = backed_up.member(data=OTHER)
    problem = refused(member, folder, today())
    assert "no manifest with a checksum" in problem or "(404)" in problem
    assert no_restore_began(backed_up)


def test_nothing_is_restored_while_the_key_is_closed(backed_up):
    member, folder = backed_up.member(data=OTHER), backed_up.dump()
    backed_up.kms.disable_key(KeyId=backed_up.key)
    assert "KMS.DisabledException" in refused(member, folder, today())
    assert no_restore_began(backed_up)
    backed_up.kms.enable_key(KeyId=backed_up.key)
    member.run("restore.sh", folder, today())
    assert member.data == DATA


def test_nothing_is_dumped_under_a_wrong_key(fresh):
    """Of a closed key tests/local/test_object_keys.py knows that it writes nothing either."""
    key = fresh.key.rpartition("/")[0] + "/00000000-0000-0000-0000-000000000000"
    with pytest.raises(DeploymentError, match=r"backup.sh: exited with 1: .*KMS\.NotFound"):
        fresh.member(key=key).run("backup.sh")
    assert fresh.names() == []


#: A dump of which half is there, which goes on when the test lets it.
HALF = """
head -c 1000 "$DATA_DIR/database"; touch "$DATA_DIR/half"
until [ -e "$DATA_DIR/go" ]; do sleep 0.1; done
tail -c +1001 "$DATA_DIR/database"
"""


def until(condition):
    for _ in range(300):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen within half a minute")


def half_dumped(member, *arguments):
    member.stand_in("mongodump", HALF)
    process = member.started("backup.sh", *arguments)
    until((member._folder / "data" / "half").exists)
    return process


def test_an_interrupted_upload_is_no_backup_and_the_next_one_is(fresh):
    member = fresh.member()
    process = half_dumped(member, "now")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert fresh.names("/manifest.json") == []
    assert fresh.names("/dump.archive.gz") == []
    (member._folder / "data" / "go").touch()
    member.run("backup.sh", "now")
    assert gzip.decompress(fresh.read(f"{fresh.dump()}/dump.archive.gz")) == DATA


def test_two_members_at_once_make_one_backup(fresh):
    """Each takes itself for the first healthy secondary; S3 lets one of them claim the hour."""
    members = [fresh.member(number) for number in (1, 2)]
    with ThreadPoolExecutor() as pool:
        messages = list(pool.map(lambda member: member.run("backup.sh"), members))
    assert len(fresh.names("/manifest.json")) == 1
    left = [text for text in messages if "another attempt" in text or "another member" in text]
    assert len(left) == 1


def begin_restore(folder, backed_up, behind):
    member = backed_up.member(2, data=OTHER)
    member.ahead(-behind)
    member.run(
        "restore.sh", folder, f"production-{datetime.now(UTC) - timedelta(minutes=behind):%Y%m%d}"
    )
    return member


def test_a_dump_during_which_a_restore_began_is_no_backup(backed_up):
    """Although the clock of the member that restores is behind: S3 accepts up to 15 minutes."""
    folder, before = backed_up.dump(), backed_up.names("/manifest.json")
    member = backed_up.member()
    process = half_dumped(member, "now")
    begin_restore(folder, backed_up, behind=10)
    (member._folder / "data" / "go").touch()
    _, messages = process.communicate()
    assert process.returncode == 1, messages
    assert "began during the dump, which therefore does not count as a backup" in messages
    assert backed_up.names("/manifest.json") == before


def test_backups_pause_during_a_restore(backed_up):
    member = backed_up.member()
    member.stand_in("mongorestore", "cat >/dev/null; exit 1")
    with pytest.raises(DeploymentError, match="the set has parts of both"):
        member.run("restore.sh", backed_up.dump(), today())
    other = backed_up.member(2)
    other.ahead(30 * 60)
    assert "backups pause: mongodb/" in other.run("backup.sh")
    with pytest.raises(DeploymentError, match="repeat that restore first"):
        other.run("backup.sh", "now")
    assert len(backed_up.names("/manifest.json")) == 1


def test_a_clock_that_s3_refuses_makes_no_backup(fresh, monkeypatch):
    """S3 answers calls of a clock that is wrong by more than 15 minutes with this error."""
    member = fresh.member()
    with proxied(fresh.endpoint) as proxy:
        skewed = "The difference between the request time and the current time is too large."
        proxy.fail("", 403, "RequestTimeTooSkewed", skewed, where=lambda call: call.method == "PUT")
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
        with pytest.raises(DeploymentError, match="RequestTimeTooSkewed"):
            member.run("backup.sh")
    assert fresh.names() == []


@pytest.mark.parametrize("hours", [-2, 19])
def test_a_clock_that_jumps_makes_no_second_backup_of_a_day(backed_up, hours):
    member = backed_up.member()
    member.ahead(hours * 60)
    member.run("backup.sh")
    assert len(backed_up.names("/manifest.json")) == 1


def test_a_member_starts_no_other_programs_than_those_of_its_template(fresh, loader, tmp_path):
    fresh.s3.put_object(Bucket=ARTIFACTS, Key=PROGRAMS.key, Body=flipped(PROGRAMS.content))
    member = LocalMember(tmp_path, search_path(tmp_path))
    with pytest.raises(DeploymentError, match=r"bundle: FAILED|did NOT match"):
        member.install(loader)
    assert not (tmp_path / "programs").exists()
