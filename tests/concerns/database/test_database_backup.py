"""Backups: one healthy secondary, no success without a backup, no restore by mistake."""

import gzip
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta

import jmespath
import pytest
from authority import OPENSSL, authority
from stand_ins import DATABASE, Machine

DUMP = b"all the data"
#: Objects are files below s3/.
_AWS = """
case "$*" in
  "s3 cp - s3://"*) [ ! -e "$STATE/refuse" ] || exit 1
    path=$STATE/s3/${4#s3://}; mkdir -p "$(dirname "$path")"; cat >"$path" ;;
  "s3 cp s3://"*) cat "$STATE/s3/${3#s3://}" ;;
  "s3api list-objects-v2"*manifest*) cat "$STATE/newest" ;;
  "s3api list-objects-v2"*restore-*)
    find "$STATE/s3/backups" -name 'restore-*' -printf '%P\\n' 2>/dev/null |
      LC_ALL=C sort | tail -n 1 | grep . || echo None ;;
  "s3api put-object"*) path=$STATE/s3/backups/$(sed 's/.*--key \\([^ ]*\\).*/\\1/' <<<"$*")
    case "$path" in */restore-*) [ ! -e "$STATE/refuse" ] || exit 1 ;; esac
    mkdir -p "$(dirname "$path")"; [ ! -e "$path" ] || exit 254; touch "$path" ;;
  "s3api list-objects-v2"*) cat "$STATE/claimed" ;;
  "ssm get-parameter"*) cat "$STATE/initiated" 2>/dev/null && exit 0
    echo "An error occurred (ParameterNotFound)" >&2; exit 254 ;;
  *"--version-stage AWSPREVIOUS"*) echo ResourceNotFoundException >&2; exit 254 ;;
  "secretsmanager get-secret-value"*) echo the-password ;;
  "cloudwatch put-metric-data"*) [ ! -e "$STATE/mute" ] ;;
esac
"""
#: Refuses the same options as mongorestore (mongo-tools, mongorestore.go, ParseAndValidateOptions).
_MONGORESTORE = """
case "$*" in *--nsExclude*--oplogReplay*|*--nsInclude*--oplogReplay*)
  echo "Failed: cannot use --oplogReplay with excludes specified" >&2; exit 1 ;;
esac
cp "$2" "$STATE/config"; cat >"$STATE/restored"
"""
_MONGOSH = """
case "$*" in
  *dropUser*) printf '%s %s\n' "$MEMBERS_KEY" "$MONGO_PASSWORD" >"$STATE/users-made" ;;
  *"print(accepted)"*) printf '%s\n' "$MONGO_PASSWORD" ;;
  *setName*) [ ! -e "$STATE/alone" ] && echo tidepool || echo ;;
  *SECONDARY*) cat "$STATE/chosen" ;;
  *toISOString*) echo 2026-11-24T03:00:00.000Z ;;
  *healthy*|*includes*) echo 3 ;;
  *optimeDate*) [ ! -e "$STATE/leaderless" ] && echo 0 ;;
  *hello*primary*) [ ! -e "$STATE/leaderless" ] && echo 1 || echo 0 ;;
esac
"""


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    made.stand_in("aws", _AWS)
    made.stand_in("mongosh", _MONGOSH)
    made.stand_in("openssl", OPENSSL)
    made.stand_in("mongodump", 'cp "$2" "$STATE/config"; cat "$STATE/dump"')
    made.stand_in("mongorestore", _MONGORESTORE)
    (tmp_path / "etc" / "mongo.keyfile").write_text("the-key\n")
    (tmp_path / "served").write_text(json.loads(authority().certify(days=20))["certificate"])
    (tmp_path / "chosen").write_text("mongo-1.internal.staging.example:27017")
    (tmp_path / "dump").write_bytes(DUMP)
    for name in ("newest", "claimed"):
        (tmp_path / name).write_text("None")
    return made


def stored(machine, name):
    return sorted((machine.folder / "s3").glob(f"**/{name}"))


def metrics(machine):
    matches = (
        re.search(r"MetricName=(\w+),Value=([^,]*)", call) for call in machine.calls("aws cloud")
    )
    return {match[1]: match[2] for match in matches if match}


def no_success_was_reported(machine):
    return not stored(machine, "manifest.json") and "BackupSuccess" not in metrics(machine)


def test_a_backup_is_a_dump_with_its_oplog_and_a_matching_manifest(machine):
    done = machine.run("backup.sh")
    assert done.returncode == 0, done.stderr
    (dump,) = stored(machine, "dump.archive.gz")
    assert gzip.decompress(dump.read_bytes()) == DUMP
    (path,) = stored(machine, "manifest.json")
    manifest = json.loads(path.read_text())
    assert manifest["sha256"] == hashlib.sha256(dump.read_bytes()).hexdigest()
    assert manifest["bytes"] == len(dump.read_bytes())
    assert manifest["host"] == "mongo-1.internal.staging.example:27017"
    assert str(dump).endswith(manifest["key"])
    (call,) = machine.calls("mongodump")
    assert call.endswith("--oplog --archive")
    assert "--readPreference secondary" in call
    assert "--host mongo-1.internal.staging.example --ssl --sslCAFile /" in call


def test_all_uploads_are_encrypted_with_the_backup_key(machine):
    machine.run("backup.sh")
    uploads = machine.calls("aws s3 cp -")
    assert len(uploads) == 2
    assert all("--sse aws:kms --sse-kms-key-id backup-key" in call for call in uploads)
    assert re.search(r"--expected-size [1-9]\d*", uploads[0])


def test_success_is_reported_after_the_manifest_is_uploaded(machine):
    machine.run("backup.sh")
    calls = machine.calls("aws")
    manifest = next(n for n, call in enumerate(calls) if "manifest.json" in call)
    success = next(n for n, call in enumerate(calls) if "BackupSuccess" in call)
    assert manifest < success
    (dump,) = stored(machine, "dump.archive.gz")
    assert metrics(machine)["BackupBytes"] == str(dump.stat().st_size)


def test_only_the_chosen_member_dumps(machine):
    (machine.folder / "chosen").write_text("mongo-2.internal.staging.example:27017")
    assert machine.run("backup.sh").returncode == 0
    assert not machine.calls("mongodump")
    assert not machine.calls("aws s3 ")
    assert not machine.calls("aws s3api put-object")


def test_no_healthy_secondary_is_a_failure(machine):
    (machine.folder / "chosen").write_text("")
    done = machine.run("backup.sh")
    assert done.returncode != 0
    assert "no healthy secondary" in done.stderr
    assert no_success_was_reported(machine)


def test_a_set_that_does_not_answer_is_a_failure(machine):
    machine.stand_in("mongosh", "exit 1")
    assert machine.run("backup.sh").returncode != 0
    assert not machine.calls("mongodump")


@pytest.mark.parametrize("dumped", ["", 'cat "$STATE/dump"'], ids=["at once", "half way"])
def test_a_failed_dump_is_a_failure(machine, dumped):
    machine.stand_in("mongodump", f"{dumped}\nexit 1")
    assert machine.run("backup.sh").returncode != 0
    assert no_success_was_reported(machine)


def test_an_empty_dump_is_a_failure(machine):
    machine.stand_in("mongodump", "exit 0")
    assert machine.run("backup.sh").returncode != 0
    assert no_success_was_reported(machine)


def test_a_failed_upload_is_a_failure(machine):
    (machine.folder / "refuse").touch()
    assert machine.run("backup.sh").returncode != 0
    assert no_success_was_reported(machine)


def test_a_backup_succeeds_without_its_metrics(machine):
    (machine.folder / "mute").touch()
    assert machine.run("backup.sh").returncode == 0
    assert stored(machine, "manifest.json")


@pytest.mark.parametrize("accepted", ["MONGO_PASSWORD", "MONGO_PASSWORD_BEFORE"])
def test_the_dump_uses_the_password_that_the_set_accepts(machine, accepted):
    """After a rotation that is the previous one, until the primary has updated it."""
    machine.stand_in("aws", f'case "$*" in *AWSPREVIOUS*) echo older; exit ;; esac\n{_AWS}')
    machine.stand_in("mongosh", _MONGOSH.replace('$MONGO_PASSWORD"', f'${accepted}"'))
    assert machine.run("backup.sh").returncode == 0
    wanted = {"MONGO_PASSWORD": "the-password", "MONGO_PASSWORD_BEFORE": "older"}[accepted]
    assert (machine.folder / "config").read_text() == f'password: "{wanted}"\n'


@pytest.mark.parametrize("script", ["backup.sh", "restore.sh"])
def test_the_password_is_in_no_argument_and_no_file(machine, script):
    machine.run("backup.sh")
    machine.run(script, backup_of(machine), today())
    assert not [c for c in machine.calls() if "the-password" in c or "the-key" in c]
    left = [path.name for path in machine.folder.iterdir() if path.name.startswith("tmp.")]
    assert not left


def backup_of(machine):
    (path,) = stored(machine, "manifest.json")
    return str(path.parent.relative_to(machine.folder / "s3" / "backups"))


def today():
    return f"staging-{datetime.now(UTC):%Y%m%d}"


@pytest.fixture
def backed_up(machine):
    assert machine.run("backup.sh").returncode == 0
    machine.forget()
    return machine


def test_a_restore_writes_the_dump_to_the_whole_set(backed_up):
    done = backed_up.run("restore.sh", backup_of(backed_up), today())
    assert done.returncode == 0, done.stderr
    assert (backed_up.folder / "restored").read_bytes() == DUMP
    (call,) = backed_up.calls("mongorestore")
    hosts = [f"mongo-{number}.internal.staging.example:27017" for number in (1, 2, 3)]
    assert f"--host tidepool/{','.join(hosts)} " in call
    assert "--oplogReplay" in call
    assert "--ssl --sslCAFile /" in call


def test_a_restore_is_more_than_one_thread(backed_up):
    """Decompression is another process, and each collection has several workers."""
    assert backed_up.run("restore.sh", backup_of(backed_up), today()).returncode == 0
    (call,) = backed_up.calls("mongorestore")
    assert "--numInsertionWorkersPerCollection 8 --writeConcern {w: 1} " in call
    assert "--gzip" not in call
    assert backed_up.calls("pigz") == ["pigz --decompress --stdout"]


def restores(machine):
    return [path.name for path in stored(machine, "restore-*")]


def earlier(machine):
    """Let the restore have begun today, before this second."""
    for path in stored(machine, "restore-*"):
        path.rename(path.with_name(f"restore-000000{'-ended' * path.name.endswith('-ended')}"))


def test_all_members_can_see_when_a_restore_begins_and_ends(backed_up):
    seen = 'ls "$STATE"/s3/backups/mongodb/*/*/*/ | grep -c ^restore- >"$STATE/seen"'
    backed_up.stand_in("mongorestore", f"{seen}\n{_MONGORESTORE}")
    assert backed_up.run("restore.sh", backup_of(backed_up), today()).returncode == 0
    assert (backed_up.folder / "seen").read_text() == "1\n"
    begun, ended = restores(backed_up)
    assert ended == f"{begun}-ended"
    backed_up.forget()
    earlier(backed_up)
    assert backed_up.run("backup.sh", "now").returncode == 0
    assert backed_up.calls("mongodump")


def failed_restore(machine):
    key = backup_of(machine)
    machine.stand_in("mongorestore", "exit 1")
    assert machine.run("restore.sh", key, today()).returncode != 0
    machine.stand_in("mongorestore", _MONGORESTORE)
    machine.forget()
    return key


def test_backups_pause_until_a_restore_has_succeeded(backed_up):
    key = failed_restore(backed_up)
    done = backed_up.run("backup.sh")
    assert done.returncode == 0
    assert "backups pause: mongodb/" in done.stderr
    done = backed_up.run("backup.sh", "now")
    assert done.returncode != 0
    assert "has not ended; repeat that restore first" in done.stderr
    assert not backed_up.calls("mongodump")
    earlier(backed_up)
    assert backed_up.run("restore.sh", key, today()).returncode == 0
    earlier(backed_up)
    assert backed_up.run("backup.sh", "now").returncode == 0
    assert backed_up.calls("mongodump")


def test_a_dump_in_which_a_restore_began_is_no_backup(machine):
    """Another member restores meanwhile."""
    folder = machine.folder / "s3" / "backups" / f"mongodb/{datetime.now(UTC):%Y/%m/%d}"
    late = f"mkdir -p {folder}; touch {folder}/restore-235959{{,-ended}}"
    machine.stand_in("mongodump", f'{late}; cp "$2" "$STATE/config"; cat "$STATE/dump"')
    done = machine.run("backup.sh")
    assert done.returncode != 0
    assert "restore-235959-ended began during the dump" in done.stderr
    assert no_success_was_reported(machine)


def test_nothing_is_restored_unless_the_other_members_can_see_it(backed_up):
    key = backup_of(backed_up)
    (backed_up.folder / "refuse").touch()
    done = backed_up.run("restore.sh", key, today())
    assert done.returncode != 0
    assert (
        "cannot tell the other members to pause their backups; nothing was changed" in done.stderr
    )
    assert not backed_up.calls("mongorestore")


def test_a_person_can_let_backups_continue(backed_up):
    failed_restore(backed_up)
    script = backed_up.folder / "by-hand.sh"
    script.write_text(f"#!/bin/bash\n. {DATABASE}/lib.sh && end_restore\n")
    script.chmod(0o755)
    assert backed_up.run(str(script)).returncode == 0
    earlier(backed_up)
    assert backed_up.run("backup.sh", "now").returncode == 0
    assert backed_up.calls("mongodump")


def test_a_restore_reads_the_given_bucket(backed_up):
    done = backed_up.run("restore.sh", backup_of(backed_up), today(), RESTORE_BUCKET="elsewhere")
    assert done.returncode != 0
    assert "/elsewhere/mongodb/" in done.stderr


@pytest.mark.parametrize("keyfile", ["the-key\n", "- the-key\n- the-next\n"])
def test_the_members_own_user_restores_because_no_dump_contains_it(backed_up, keyfile):
    """The administrator's password may be replaced while mongorestore runs."""
    (backed_up.folder / "etc" / "mongo.keyfile").write_text(keyfile)
    assert backed_up.run("restore.sh", backup_of(backed_up), today()).returncode == 0
    (call,) = backed_up.calls("mongorestore")
    assert "--username __system --authenticationDatabase local" in call
    assert (backed_up.folder / "config").read_text() == 'password: "the-key"\n'


@pytest.mark.parametrize("code", [0, 1])
def test_users_match_the_secrets_after_success_and_failure(backed_up, code):
    """A dump contains the passwords of its day, or of another environment."""
    backed_up.stand_in("mongorestore", f"{_MONGORESTORE}\nexit {code}")
    done = backed_up.run("restore.sh", backup_of(backed_up), today())
    assert done.returncode == code
    assert (backed_up.folder / "users-made").read_text() == "the-key the-password\n"
    (call,) = [call for call in backed_up.calls("mongosh") if "dropUser" in call]
    assert "--host tidepool/mongo-1." in call
    assert ("restore this backup again, or another one" in done.stderr) == bool(code)


def test_users_left_from_the_backup_are_reported(backed_up):
    backed_up.stand_in("mongosh", "exit 1")
    done = backed_up.run("restore.sh", backup_of(backed_up), today())
    assert done.returncode != 0
    assert "'Nobody can log in'" in done.stderr


@pytest.mark.parametrize("confirmation", ["", "staging", "staging-20200101", "yes"])
def test_a_protected_environment_requires_its_name_and_todays_date(backed_up, confirmation):
    done = backed_up.run("restore.sh", backup_of(backed_up), confirmation)
    assert done.returncode != 0
    assert f"give '{today()}' as the confirmation to restore over it" in done.stderr
    assert not backed_up.calls()


@pytest.mark.parametrize("protected", ["", "true", "TRUE", "no"])
def test_only_false_is_unprotected(backed_up, protected):
    assert backed_up.run("restore.sh", backup_of(backed_up), PROTECTED=protected).returncode != 0
    assert not backed_up.calls()


def test_an_unprotected_environment_requires_no_confirmation(backed_up):
    assert backed_up.run("restore.sh", backup_of(backed_up), PROTECTED="false").returncode == 0


def test_a_dump_that_does_not_match_its_manifest_is_not_restored(backed_up):
    (path,) = stored(backed_up, "dump.archive.gz")
    path.write_bytes(path.read_bytes()[:-1])
    done = backed_up.run("restore.sh", backup_of(backed_up), today())
    assert done.returncode != 0
    assert "does not match its manifest" in done.stderr
    assert not backed_up.calls("mongorestore")


def test_a_dump_without_a_manifest_is_no_backup(backed_up):
    key = backup_of(backed_up)
    (path,) = stored(backed_up, "manifest.json")
    path.unlink()
    assert backed_up.run("restore.sh", key, today()).returncode != 0
    assert not backed_up.calls("mongorestore")


@pytest.mark.parametrize("key", ["../other", "mongodb/2026", "mongodb/2026/11/24/030000/;id"])
def test_a_restore_accepts_only_the_folder_of_a_backup(backed_up, key):
    assert backed_up.run("restore.sh", key, today()).returncode != 0
    assert not backed_up.calls()


def test_missing_settings_are_read_from_the_boots_file(backed_up):
    settings = "PROJECT=tide\nENVIRONMENT=other\nPROTECTED=true\nMEMBER=1\n"
    (backed_up.folder / "etc" / "mongo.env").write_text(settings)
    done = backed_up.run("restore.sh", backup_of(backed_up), today(), MEMBER="")
    assert "other is protected" in done.stderr


def newest_is(machine, started, finished):
    key = f"mongodb/{started:%Y/%m/%d/%H%M%S}/manifest.json"
    (machine.folder / "newest").write_text(f"{key}\t{finished.isoformat()}")


@pytest.mark.parametrize("hours", [2, 25, 30])
def test_the_age_of_the_newest_backup_is_measured(machine, hours):
    taken = datetime.now(UTC) - timedelta(hours=hours)
    newest_is(machine, taken, taken)
    assert machine.run("metrics.sh").returncode == 0
    assert float(metrics(machine)["BackupAgeHours"]) == pytest.approx(hours, abs=0.05)


@pytest.mark.parametrize("took", [1, 12])
def test_the_alarm_counts_from_the_end_of_a_backup_however_long_it_takes(machine, took):
    """Else a dump of more than five hours would raise it every day."""
    started = datetime.now(UTC) - timedelta(hours=30)
    newest_is(machine, started, started + timedelta(hours=took))
    machine.run("metrics.sh")
    age = float(metrics(machine)["BackupAgeHours"])
    assert age == pytest.approx(30 - took, abs=0.05)


def test_the_next_backup_is_due_a_day_after_the_newest_started(machine):
    started = datetime.now(UTC) - timedelta(hours=21)
    newest_is(machine, started, datetime.now(UTC))
    assert machine.run("backup.sh").returncode == 0
    assert machine.calls("mongodump")


LISTED = {
    "Contents": [
        {"Key": "mongodb/2026/11/24/030000/dump.archive.gz", "LastModified": "2026-11-24T09:00Z"},
        {"Key": "mongodb/2026/11/24/030000/manifest.json", "LastModified": "2026-11-24T09:01Z"},
        {"Key": "mongodb/2026/11/24/restore-040000", "LastModified": "2026-11-24T04:00Z"},
        {"Key": "mongodb/2026/11/24/restore-040000-ended", "LastModified": "2026-11-24T06:00Z"},
    ]
}


def test_queries_find_the_newest_objects(machine):
    """As jmespath, the AWS CLI's own reader of --query, answers them."""
    machine.run("backup.sh")
    calls = [call for call in machine.calls("aws s3api list-objects-v2") if "--query" in call]
    queries = {re.search(r"--query (.*) --output", call)[1] for call in calls}
    answers = [jmespath.search(query, LISTED) for query in queries]
    assert ["mongodb/2026/11/24/030000/manifest.json", "2026-11-24T09:01Z"] in answers
    assert [f"mongodb/2026/11/24/restore-040000{end}" for end in ("", "-ended")] in answers
    assert {str(jmespath.search(query, {})) for query in queries} == {"None"}


def test_no_backup_counts_as_an_old_one(machine):
    (machine.folder / "newest").write_text("None")
    machine.run("metrics.sh")
    assert float(metrics(machine)["BackupAgeHours"]) == 72


@pytest.mark.parametrize("hours", [1, 30])
def test_a_set_without_a_backup_reports_its_own_age(machine, hours):
    """A new environment raises no alarm before its first backup, and one if that is missing."""
    begun = datetime.now(UTC) - timedelta(hours=hours)
    (machine.folder / "initiated").write_text(begun.isoformat())
    machine.run("metrics.sh")
    assert float(metrics(machine)["BackupAgeHours"]) == pytest.approx(hours, abs=0.05)


def test_a_member_without_a_set_measures_nothing(machine):
    """Otherwise the alarms of a new set would start with values from before it existed."""
    (machine.folder / "alone").touch()
    done = machine.run("metrics.sh")
    assert done.returncode == 0, done.stderr
    assert metrics(machine) == {}


def test_a_set_without_a_primary_reports_that_and_no_lag(machine):
    (machine.folder / "leaderless").touch()
    assert machine.run("metrics.sh").returncode != 0
    reported = metrics(machine)
    assert reported["HasPrimary"] == "0"
    assert "ReplicationLag" not in reported


def test_a_set_with_a_primary_reports_that(machine):
    assert machine.run("metrics.sh").returncode == 0
    assert metrics(machine)["HasPrimary"] == "1"


def test_the_age_is_measured_while_mongod_is_down(machine):
    (machine.folder / "newest").write_text("None")
    machine.stand_in("mongosh", "exit 1")
    assert machine.run("metrics.sh").returncode != 0
    assert set(metrics(machine)) == {"BackupAgeHours", "CertificateDays", "DiskUsed"}


@pytest.mark.parametrize("days", [20, 5, -1])
def test_the_days_of_the_certificate_in_use_are_measured(machine, days):
    (machine.folder / "newest").write_text("None")
    (machine.folder / "served").write_text(
        json.loads(authority().certify(days=days))["certificate"]
    )
    assert machine.run("metrics.sh").returncode == 0
    assert int(metrics(machine)["CertificateDays"]) in (days, days - 1)


def test_no_days_are_reported_for_a_mongod_without_a_certificate(machine):
    (machine.folder / "newest").write_text("None")
    (machine.folder / "served").write_text("")
    assert machine.run("metrics.sh").returncode != 0
    assert "CertificateDays" not in metrics(machine)


def test_an_unlistable_bucket_stops_only_the_metric_of_the_age(machine):
    machine.stand_in("aws", f'case "$*" in s3api*) exit 1 ;; esac\n{_AWS}')
    done = machine.run("metrics.sh")
    assert done.returncode != 0
    assert "could not report BackupAgeHours" in done.stderr
    assert {"HasPrimary", "MembersHealthy", "DiskUsed"} <= set(metrics(machine))
    assert "BackupAgeHours" not in metrics(machine)
