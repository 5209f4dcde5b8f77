"""Calls of the scripts to the set, which is simulated by a few objects."""

import json
import shutil
import subprocess

import pytest
from stand_ins import DATABASE

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="no JavaScript engine here")
HOSTS = [{"_id": n, "host": f"mongo-{n}:27017"} for n in (1, 2)]
#: A set with users and members, which accepts one new member at a time.
_SET = """
const given = JSON.parse(process.env.SET), calls = [];
const users = given.users, members = given.members;
let busy = 0;
const sleep = () => { busy = Math.max(0, busy - 1); };
const accounts = {
  auth(user, password) {
    if (users[user] !== password) throw new Error('Authentication failed');
    return { ok: 1 };
  },
  createUser({ user, pwd, roles }) { calls.push(['create', user, roles]); users[user] = pwd; },
  changeUserPassword(user, pwd) { calls.push(['change', user]); users[user] = pwd; },
  updateUser(user, { pwd }) { calls.push(['update', user]); users[user] = pwd; },
  dropUser(user) { calls.push(['drop', user]); delete users[user]; },
  getCollection: () => ({
    find: () => ({ toArray: () => Object.keys(users).map((user) => ({ user, db: 'admin' })) }),
  }),
  getUser: (user) => (user in users ? { user } : null),
};
const db = {
  hello: () => ({ isWritablePrimary: given.primary }),
  getSiblingDB: () => accounts,
};
const rs = {
  conf: () => ({ members }),
  add(member) {
    if (busy) throw new Error('the set has not agreed yet');
    calls.push(['add', member.host]); members.push(member); busy = 3;
    return { ok: 1 };
  },
  status: () => ({ members: members.map((m) => ({ state: given.down === m._id ? 8 : 2 })) }),
};
"""


def run(
    script, users=(), members=({"_id": 3, "host": "mongo-3:27017"},), primary=True, down=0, **env
):
    """Run a script of the bundle; return (whether it succeeded, its calls, the users)."""
    known = {"users": dict(users), "members": list(members), "primary": primary, "down": down}
    scripts = "\n".join((DATABASE / name).read_text() for name in ("login.js", script))
    text = f"{_SET}\n{scripts}\nconsole.log(JSON.stringify([calls, users]));"
    done = subprocess.run(
        [shutil.which("node"), "-"],
        input=text,
        env={"SET": json.dumps(known), "MONGO_PASSWORD": "secret", **env},
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.returncode == 0, *(json.loads(done.stdout) if done.stdout else ([], {})))


def initiate(**about):
    return run("initiate.js", OTHERS=json.dumps(HOSTS), **about)


def follow(secret, users=(("admin", "secret"),), **about):
    return run("user.js", users, APPLICATION=json.dumps(secret), **about)


def test_a_new_set_gets_its_administrator_and_then_its_members_one_by_one():
    well, calls, users = initiate()
    assert well
    assert calls == [
        ["create", "admin", ["root"]],
        ["add", "mongo-1:27017"],
        ["add", "mongo-2:27017"],
    ]
    assert users == {"admin": "secret"}


def test_completed_steps_are_not_repeated():
    all_members = ({"_id": 3, "host": "mongo-3:27017"}, *HOSTS)
    assert initiate(users={"admin": "secret"}, members=all_members)[:2] == (True, [])
    _, calls, _ = initiate(users={"admin": "secret"}, members=all_members[:2])
    assert calls == [["add", "mongo-2:27017"]]


def test_the_primary_is_healthy_while_another_member_is_down():
    """It rejoined as primary; no member was added, so it waits for none."""
    about = {"users": {"admin": "secret"}, "members": ({"_id": 3, "host": "mongo-3:27017"}, *HOSTS)}
    assert initiate(**about, down=2)[:2] == (True, [])


def test_a_new_member_is_waited_for():
    assert not initiate(down=2)[0]


def test_a_secondary_changes_nothing_and_reports_missing_steps():
    assert initiate(users={"admin": "secret"}, primary=False)[:2] == (False, [])


def test_the_services_user_is_created_and_its_password_updated():
    secret = {"Username": "tidepool", "Password": "one"}
    well, calls, users = follow(secret)
    assert well
    assert calls == [["create", "tidepool", ["readWriteAnyDatabase"]]]
    assert users["tidepool"] == "one"
    _, calls, users = follow({**secret, "Password": "two"}, users=users)
    assert calls == [["update", "tidepool"]]
    assert users["tidepool"] == "two"


def test_the_previous_user_stays_valid_until_the_next_rotation():
    """Running pods use the one user while others start with the other."""
    users = {"admin": "secret"}
    for turn, name in enumerate(("services", "services-2", "services")):
        well, _, users = follow({"Username": name, "Password": f"p{turn}"}, users=users)
        assert well
        if turn == 1:
            assert users == {"admin": "secret", "services": "p0", "services-2": "p1"}
    assert users == {"admin": "secret", "services": "p2", "services-2": "p1"}


def test_a_rotated_password_is_set_with_the_previous_one():
    rotated = {"users": {"admin": "older"}, "MONGO_PASSWORD_BEFORE": "older"}
    well, calls, users = follow({}, **rotated)
    assert well
    assert calls == [["change", "admin"]]
    assert users == {"admin": "secret"}
    assert follow({}, users=users, MONGO_PASSWORD_BEFORE="older")[:2] == (True, [])


def test_an_administrator_with_the_previous_password_is_not_recreated():
    all_members = ({"_id": 3, "host": "mongo-3:27017"}, *HOSTS)
    about = {"users": {"admin": "older"}, "members": all_members}
    assert initiate(**about, MONGO_PASSWORD_BEFORE="older")[:2] == (True, [])


def test_after_a_restore_only_the_administrator_is_left_with_its_current_password():
    """The services' user is recreated by the primary's next check."""
    brought = {"admin": "of that day", "services": "of that day", "somebody": "x"}
    well, calls, users = run("restored.js", users=brought)
    assert well
    assert users == {"admin": "secret"}
    assert ["change", "admin"] in calls


@pytest.mark.parametrize(
    "secret",
    [
        {"TidegenUnfilled": "true", "TidegenSeed": "x"},
        {"Username": "tidepool"},
        {"Username": "admin", "Password": "taken over"},
    ],
    ids=["unfilled", "half filled", "of the administrator"],
)
def test_a_secret_without_a_services_user_changes_nothing(secret):
    well, calls, _ = follow(secret, users={"admin": "secret"})
    assert well
    assert calls == []
