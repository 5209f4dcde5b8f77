"""Three members check every hour: never two dumps of a day, never a day without one."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_ins import Machine

MEMBERS = (1, 2, 3)
START = datetime(2026, 11, 24, 3, 5, tzinfo=UTC)
#: The time that the members share; an explicit time is used as it is.
_DATE = """
case "$*" in *-d*) exec /usr/bin/date "$@" ;; esac
exec /usr/bin/date -d "@$(cat "$WORLD/now")" "$@"
"""
#: One bucket, whose objects are files. A new object is created by only one of several writers.
_AWS = """
key() { sed 's/.*--key \\([^ ]*\\).*/\\1/' <<<"$*"; }
case "$*" in
  "s3 cp - s3://"*) path=$WORLD/bucket/${4#s3://backups/}
    mkdir -p "$(dirname "$path")"; cat >"$path"; touch -d "@$(cat "$WORLD/now")" "$path" ;;
  "s3api put-object"*--if-none-match*) path=$WORLD/bucket/$(key "$*")
    mkdir -p "$(dirname "$path")"; set -o noclobber
    { echo >"$path"; } 2>/dev/null && exit
    echo "An error occurred (PreconditionFailed)" >&2; exit 254 ;;
  "s3api list-objects-v2"*)
    case "$*" in *manifest*) wanted=/manifest ;; *restore*) wanted=/restore- ;;
      *) wanted=/claim- ;; esac
    since=$(sed 's/.*--start-after \\([^ ]*\\).*/\\1/' <<<"$*")
    cd "$WORLD/bucket"
    find mongodb -type f | grep -F "$wanted" | LC_ALL=C sort |
      awk -v since="$since" '$0 > since {last = $0} END {print last ? last : "None"}' >"$STATE/last"
    last=$(cat "$STATE/last")
    if [ "$wanted" != /manifest ] || [ "$last" = None ]; then echo "$last"
    else echo "$last $(/usr/bin/date -u -r "$last" +%FT%TZ)"; fi ;;
  *"--version-stage AWSPREVIOUS"*) echo ResourceNotFoundException >&2; exit 254 ;;
  "secretsmanager get-secret-value"*) echo the-password ;;
esac
"""
_MONGOSH = """
case "$*" in
  *"print(accepted)"*) echo the-password ;;
  *SECONDARY*) cat "$STATE/chosen" ;;
  *toISOString*) echo 2026-11-24T03:00:00.000Z ;;
esac
"""


def host(number):
    return f"mongo-{number}.internal.staging.example:27017"


class World:
    """Three members, one bucket, one clock."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "bucket" / "mongodb").mkdir(parents=True)
        self.machines = [self._machine(number) for number in MEMBERS]
        self.hour = 0

    def _machine(self, number):
        folder = self.folder / str(number)
        folder.mkdir()
        made = Machine(folder)
        for name, answer in (("date", _DATE), ("aws", _AWS), ("mongosh", _MONGOSH)):
            made.stand_in(name, answer)
        made.stand_in("mongodump", 'echo data; [ ! -e "$WORLD/broken" ]')
        return made

    def look(self, *views, broken=False):
        """Run one hour, in which each view names a first member; return the members that dumped."""
        time = START + timedelta(hours=self.hour)
        self.hour += 1
        (self.folder / "now").write_text(str(int(time.timestamp())))
        mark = self.folder / "broken"
        mark.touch() if broken else mark.unlink(missing_ok=True)
        for machine, view in zip(self.machines, views, strict=True):
            machine.forget()
            (machine.folder / "chosen").write_text(host(view) if view else "")
        with ThreadPoolExecutor() as pool:
            list(pool.map(self._run, MEMBERS, self.machines))
        return [n for n, m in zip(MEMBERS, self.machines, strict=True) if m.calls("mongodump")]

    def _run(self, number, machine):
        return machine.run("backup.sh", MEMBER=str(number), WORLD=str(self.folder))

    def backups(self):
        return sorted(path.parent for path in self.folder.glob("bucket/**/manifest.json"))

    def put(self, key, written=START):
        path = self.folder / "bucket" / "mongodb" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (written.timestamp(),) * 2)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_a_new_set_is_backed_up_within_the_hour_and_then_once_a_day(world):
    dumped = []
    for world.hour in (0, 1, 2, 10, 18, 19, 20, 21, 39, 40, 41):
        hour = world.hour
        dumped += [hour] * len(world.look(1, 1, 1))
    assert dumped == [0, 20, 40]
    assert len(world.backups()) == 3


def test_a_failed_backup_is_repeated_in_the_next_hour(world):
    assert world.look(1, 1, 1, broken=True) == [1]
    assert world.look(2, 2, 2) == [2]
    assert len(world.backups()) == 1


def test_only_one_of_disagreeing_members_makes_the_backup(world):
    """During an election each may consider itself first."""
    assert len(world.look(1, 2, 3)) == 1
    assert len(world.backups()) == 1


def test_a_long_dump_is_not_disturbed_when_another_member_is_first(world):
    world.put("2026/11/24/claim-03")
    assert [world.look(2, 2, 2) for _ in range(4)] == [[], [], [], []]


def test_a_claim_of_a_dead_member_expires(world):
    world.put("2026/11/24/claim-03")
    assert [bool(world.look(2, 2, 2)) for _ in range(5)] == [False] * 4 + [True]


def test_a_claim_holds_longer_where_backups_take_longer(world):
    """The newest took five hours: the next one may take twice as long."""
    taken = START - timedelta(hours=20)
    world.put(f"{taken:%Y/%m/%d/%H%M%S}/manifest.json", taken + timedelta(hours=5))
    world.put("2026/11/24/claim-03")
    assert [bool(world.look(2, 2, 2)) for _ in range(12)] == [False] * 11 + [True]


def test_a_requested_backup_is_made_although_one_exists(world):
    world.look(1, 1, 1)
    done = world.machines[0].run("backup.sh", "now", MEMBER="1", WORLD=str(world.folder))
    assert done.returncode == 0, done.stderr
    assert world.machines[0].calls("mongodump")


#: An hour: the first member in each member's view (0 for none), and whether its dump fails.
_FIRST = st.sampled_from((0, *MEMBERS))
_HOURS = st.lists(
    st.tuples(st.one_of(_FIRST.map(lambda n: (n,) * 3), st.tuples(*[_FIRST] * 3)), st.booleans()),
    min_size=5,
    max_size=5,
)


@settings(max_examples=8, deadline=None)
@given(hours=_HOURS)
def test_one_dump_is_made_as_soon_as_a_member_can_in_any_sequence(tmp_path_factory, hours):
    world = World(tmp_path_factory.mktemp("world"))
    taken = START - timedelta(hours=18)
    world.put(f"{taken:%Y/%m/%d/%H%M%S}/manifest.json", taken)
    wanted = 1
    for number, (views, broken) in enumerate(hours):
        dumped = world.look(*views, broken=broken)
        able = [n for n, view in zip(MEMBERS, views, strict=True) if n == view]
        due = number >= 2 and wanted == 1
        assert len(dumped) == bool(due and able)
        assert set(dumped) <= set(able)
        wanted += bool(dumped) and not broken
        assert len(world.backups()) == wanted
